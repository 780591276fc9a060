using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>A change with every part serialized that does not depend on its place in the chain.</summary>
/// <remarks>Created on the caller's own thread, to keep the sequential part small.</remarks>
internal sealed class PreparedChange
{
    private readonly JsonValue _value;
    private readonly byte[] _text;
    private readonly byte[] _recordId;
    private readonly byte[] _op;
    private readonly long _recursionDepth;

    private PreparedChange(string op, ChronoRecord record, long recursionDepth)
    {
        Op = op;
        _op = Encoding.ASCII.GetBytes(op);
        Record = record;
        _recursionDepth = recursionDepth;
        _value = record.ToValue();
        _text = JsonTextWriter.ToBytes(_value, JsonSpelling.Hashed);
        _recordId = JsonTextWriter.ToBytes(JsonValue.Of(record.Id), JsonSpelling.Hashed);
        Spelled = RecordText.SpellingOf(_value);
        Text = new RecordText(Encoding.UTF8.GetString(_text), Spelled);
    }

    public string Op { get; }

    public ChronoRecord Record { get; }

    public RecordText Text { get; }

    /// <summary>The record with its keys in their original order; null if the order follows from its text.</summary>
    public string? Spelled { get; }

    /// <summary>Whether its result depends on the existing record.</summary>
    public bool NeedsRecord => Op == "delete";

    /// <summary>Whether a stored event makes this change; the store's depth is ignored, because callers do not set it. Of an event whose text was masked the hash says it.</summary>
    public bool IsWrittenAs(WalEvent written) => written.Op == Op
        && (WithDepth(written.Record, _recursionDepth).AsSpan().SequenceEqual(_text) || At(written.Seq, written.Ts, written.PrevHash, new ArrayBufferWriter<byte>()).Hash == written.Hash);

    private static byte[] WithDepth(ChronoRecord record, long depth) =>
        JsonTextWriter.ToBytes((record with { RecursionDepth = depth }).ToValue(), JsonSpelling.Hashed);

    public static PreparedChange Upsert(ChronoRecord record, long recursionDepth) =>
        new("upsert", record with { RecursionDepth = recursionDepth }, recursionDepth);

    public static PreparedChange Delete(string id, long recursionDepth) => new("delete", ChronoRecords.TombstoneOf(id), recursionDepth);

    public static PreparedChange Compact(long seq, CompactionProof proof, long recursionDepth) =>
        new("compact", ChronoRecords.CompactionOf(seq, proof), recursionDepth);

    /// <summary>The event of this change at a place in the chain, with its hash.</summary>
    /// <param name="seq">Its seq.</param>
    /// <param name="ts">Its time.</param>
    /// <param name="prevHash">The hash of the event before.</param>
    /// <param name="text">Takes the hashed text; empty before.</param>
    public WalEvent At(long seq, string ts, string prevHash, ArrayBufferWriter<byte> text)
    {
        text.Write("{\"op\": \""u8);
        text.Write(_op);
        text.Write("\", \"prev_hash\": "u8);
        JsonTextWriter.Write(text, JsonValue.Of(prevHash), JsonSpelling.Hashed);
        text.Write(", \"record\": "u8);
        text.Write(_text);
        text.Write(", \"record_id\": "u8);
        text.Write(_recordId);
        text.Write(", \"recursion_depth\": "u8);
        Write(text, _recursionDepth);
        text.Write(", \"seq\": "u8);
        Write(text, seq);
        text.Write(", \"ts\": \""u8);
        Encoding.ASCII.GetBytes(ts, text);
        text.Write("\"}"u8);
        var values = new WalValues
        {
            Seq = JsonValue.Of(seq),
            Ts = JsonValue.Of(ts),
            Op = JsonValue.Of(Op),
            RecordId = JsonValue.Of(Record.Id),
            Record = _value,
            PrevHash = JsonValue.Of(prevHash),
            Hash = JsonValue.Of(ChainHash.Of(text.WrittenSpan)),
            RecursionDepth = JsonValue.Of(_recursionDepth),
        };
        return new WalEvent(values, Record);
    }

    private static void Write(ArrayBufferWriter<byte> text, long number)
    {
        Utf8Formatter.TryFormat(number, text.GetSpan(20), out var written);
        text.Advance(written);
    }
}
