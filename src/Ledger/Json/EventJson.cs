using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ledger.Json;

/// <summary>Writes JSON the way Ledger stores it: compact, without unnecessary escapes.</summary>
internal static class EventJson
{
    public static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = PlainJsonEncoder.Instance,
        MaxDepth = int.MaxValue,
    };

    // Deeper than a payload may be, to tell JSON that is too deep from malformed JSON.
    public static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 1024 };

    private const int MostKept = 64 * 1024;

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? _kept;

    public static JsonElement ToElement(JsonNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return ToElement(writer => node.WriteTo(writer));
    }

    public static JsonElement ToElement(Action<Utf8JsonWriter> write) => Written(write, static utf8 => ParseElement(utf8));

    /// <summary>The text in an array of its own.</summary>
    public static byte[] ToArray(Action<Utf8JsonWriter> write) => Written(write, static utf8 => utf8.ToArray());

    private static T Written<T>(Action<Utf8JsonWriter> write, Func<ReadOnlyMemory<byte>, T> take)
    {
        // The text is copied when it is taken, so that one buffer serves all; a call within another has its own.
        var (buffer, writer) = _kept ?? (new ArrayBufferWriter<byte>(), null!);
        _kept = null;
        writer ??= new Utf8JsonWriter(buffer, WriterOptions);
        Write(writer, write);
        var taken = take(buffer.WrittenMemory);
        if (buffer.Capacity <= MostKept)
        {
            buffer.ResetWrittenCount();
            writer.Reset(buffer);
            _kept = (buffer, writer);
        }

        return taken;
    }

    public static string ToText(Action<Utf8JsonWriter> write) => Encoding.UTF8.GetString(ToBytes(write).Span);

    public static JsonElement ParseElement(ReadOnlyMemory<byte> utf8) => ParseElement(utf8.Span);

    /// <summary>Reads a copy.</summary>
    public static JsonElement ParseElement(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, ReaderOptions);
        return JsonElement.ParseValue(ref reader);
    }

    private static ReadOnlyMemory<byte> ToBytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        Write(writer, write);
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, Action<Utf8JsonWriter> write)
    {
        try
        {
            write(writer);
            writer.Flush();
        }
        catch (ArgumentException fault) when (fault.ParamName is null)
        {
            // For example, the writer refuses text over 166,666,666 bytes.
            throw new ArgumentException(
                $"JSON cannot be written: {fault.Message.TrimEnd('.')}. Keep larger content elsewhere, and its address in the event.", fault);
        }
    }
}
