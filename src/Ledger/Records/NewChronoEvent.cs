using System.Buffers;
using System.Text.Json;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Records;

/// <summary>An event of a record store, ready to append.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type name in the log, one of <see cref="ChronoNames"/>.</param>
/// <param name="Json">Its data.</param>
/// <param name="Headers">Its headers; empty for none.</param>
internal readonly record struct NewChronoEvent(Guid Id, string Type, ReadOnlyMemory<byte> Json, ReadOnlyMemory<byte> Headers)
{
    /// <summary>An event of the chain.</summary>
    public static NewChronoEvent Of(Guid id, ReadOnlySpan<byte> text, string hash, string? spelled)
    {
        var (buffer, writer) = Begin(text.Length + 96);
        writer.WriteString(ChronoNames.Text, text);
        writer.WriteString(ChronoNames.Hash, hash);
        return new NewChronoEvent(id, ChronoNames.Event, End(buffer, writer), HeadersOf(spelled));
    }

    /// <summary>The beginning of a state.</summary>
    public static NewChronoEvent OfState(StateMark mark)
    {
        var (buffer, writer) = Begin(256);
        writer.WriteNumber(ChronoNames.Seq, mark.Seq);
        writer.WriteString(ChronoNames.Hash, mark.Hash);
        writer.WriteString(ChronoNames.Ts, mark.Ts);
        return new NewChronoEvent(TimeOrderedId.Create(), ChronoNames.State, End(buffer, writer), default);
    }

    /// <summary>A record of a state.</summary>
    public static NewChronoEvent OfRecord(StateRecord record)
    {
        var (buffer, writer) = Begin(record.Record.Text.Length + 128);
        writer.WriteString(ChronoNames.Text, record.Record.Text);
        writer.WriteNumber(ChronoNames.Seq, record.Seq);
        writer.WriteNumber(ChronoNames.Ordinal, record.Ordinal);
        writer.WriteNumber(ChronoNames.At, record.At);
        writer.WriteString(ChronoNames.Ts, record.Ts);
        return new NewChronoEvent(TimeOrderedId.Create(), ChronoNames.Record, End(buffer, writer), HeadersOf(record.Record.Spelled));
    }

    private static ReadOnlyMemory<byte> HeadersOf(string? spelled)
    {
        if (spelled is null)
        {
            return default;
        }

        var (buffer, writer) = Begin(spelled.Length + 32);
        writer.WriteString(ChronoNames.Spelled, spelled);
        return End(buffer, writer);
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) Begin(int capacity)
    {
        var buffer = new ArrayBufferWriter<byte>(capacity + (capacity / 8));
        var writer = new Utf8JsonWriter(buffer, EventJson.WriterOptions);
        writer.WriteStartObject();
        return (buffer, writer);
    }

    private static ReadOnlyMemory<byte> End(ArrayBufferWriter<byte> buffer, Utf8JsonWriter writer)
    {
        writer.WriteEndObject();
        writer.Dispose();
        return buffer.WrittenMemory;
    }
}
