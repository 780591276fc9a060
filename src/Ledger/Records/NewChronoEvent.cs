using System.Buffers;
using System.Text;
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
    private static readonly SearchValues<char> PlainHash = SearchValues.Create("0123456789abcdef");

    /// <summary>An event of the chain.</summary>
    public static NewChronoEvent Of(Guid id, ReadOnlySpan<byte> text, string hash, string? spelled)
    {
        return new NewChronoEvent(id, ChronoNames.Event, hash.AsSpan().ContainsAnyExcept(PlainHash) ? JsonOf(text, hash) : JsonOfPlain(text, hash), HeadersOf(spelled));
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

    private static ReadOnlyMemory<byte> JsonOf(ReadOnlySpan<byte> text, string hash)
    {
        var (buffer, writer) = Begin(text.Length + 96);
        writer.WriteString(ChronoNames.Text, text);
        writer.WriteString(ChronoNames.Hash, hash);
        return End(buffer, writer);
    }

    // The same, in an array of its size: for a text with so many quotation marks the writer takes several times as much.
    private static ReadOnlyMemory<byte> JsonOfPlain(ReadOnlySpan<byte> text, string hash)
    {
        var first = "{\"text\":\""u8;
        var between = "\",\"hash\":\""u8;
        var last = "\"}"u8;
        var length = PlainJsonEncoder.LengthOf(text);
        var json = new byte[first.Length + length + between.Length + hash.Length + last.Length];
        var rest = json.AsSpan();
        rest = After(rest, first);
        PlainJsonEncoder.Instance.EncodeUtf8(text, rest, out _, out _);
        rest = After(rest[length..], between);
        Encoding.ASCII.GetBytes(hash, rest);
        last.CopyTo(rest[hash.Length..]);
        return json;
    }

    private static Span<byte> After(Span<byte> json, ReadOnlySpan<byte> part)
    {
        part.CopyTo(json);
        return json[part.Length..];
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
