using System.Text.Json;
using Ledger.Json;

namespace Ledger.Log;

/// <summary>A JSON writer with its buffer, kept by each thread for the next event.</summary>
#pragma warning disable CA1001 // The writer writes to memory; there is nothing to release.
internal sealed class PayloadWriter
#pragma warning restore CA1001
{
    private const int LargestKept = 1024 * 1024;

    [ThreadStatic]
    private static PayloadWriter? _kept;

    private static readonly JsonWriterOptions Options = EventJson.WriterOptions with { Encoder = PlainJsonEncoder.UpTo(PayloadBuffer.MostCounted) };

    private readonly PayloadBuffer _buffer = new();
    private readonly Utf8JsonWriter _writer;

    private PayloadWriter() => _writer = new Utf8JsonWriter(_buffer, Options);

    /// <summary>Writes and checks; the result is a separate copy.</summary>
    /// <param name="name">The event's name, for messages.</param>
    /// <param name="whole">What is written, for messages: its JSON, its headers.</param>
    /// <param name="state">What to write.</param>
    /// <param name="write">Writes it.</param>
    /// <param name="writeInSteps">Writes it with each key before its value, where <paramref name="write"/> may do both at once; to find the place of a fault.</param>
    /// <exception cref="InvalidEventException">It cannot be written as JSON, or breaks a rule.</exception>
    public static ReadOnlyMemory<byte> Write<T>(string name, string whole, T state, Action<Utf8JsonWriter, T> write, Action<Utf8JsonWriter, T>? writeInSteps = null)
    {
        // Taken away while it is in use, because a converter of the application may write an event itself.
        var payload = _kept ?? new PayloadWriter();
        _kept = null;
        try
        {
            write(payload._writer, state);
            payload._writer.Flush();
        }
        catch (LoneSurrogateException e)
        {
            throw payload.Refused(name, whole, PayloadText.LoneSurrogate, e, state, writeInSteps);
        }
        catch (TextTooLongException e)
        {
            throw new InvalidEventException(name, PayloadCheck.FaultOfUncountedSize.Sentence(whole), e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            throw payload.Refused(name, whole, $"cannot be written as JSON. {e.Message}", e, state, writeInSteps);
        }

        if (PayloadCheck.FaultOf(payload._buffer.WrittenSpan) is { } fault)
        {
            throw new InvalidEventException(name, fault.Sentence(whole));
        }

        var json = payload._buffer.WrittenSpan.ToArray();
        if (payload._buffer.Capacity <= LargestKept)
        {
            payload._buffer.ResetWrittenCount();
            payload._writer.Reset();
            _kept = payload;
        }

        return json;
    }

    private InvalidEventException Refused<T>(
        string name,
        string whole,
        string reason,
        Exception inner,
        T state,
        Action<Utf8JsonWriter, T>? writeInSteps)
    {
        // The output before the failure shows where it happened.
        _writer.Flush();
        var place = JsonPlace.FindNext(_buffer.WrittenSpan);
        try
        {
            _buffer.ResetWrittenCount();
            _writer.Reset();
            writeInSteps?.Invoke(_writer, state);
        }
        catch (Exception e) when (e is LoneSurrogateException or JsonException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            // A context without metadata fails in another way; the place of the first try then has to do.
            if (e.GetType() == inner.GetType())
            {
                _writer.Flush();
                place = JsonPlace.FindNext(_buffer.WrittenSpan);
            }
        }

        return new InvalidEventException(name, new PayloadFault(place, reason).Sentence(whole), inner);
    }
}
