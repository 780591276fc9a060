using System.Text;

namespace Ledger.Records.Chronomemory;

/// <summary>One change of a store: the written record, the link to the event before, and the hash over both.</summary>
/// <remarks>
/// Immutable. The names are the reference's. <see cref="Hash"/> is the stored hash, which may be wrong; see <see cref="ComputeHash"/>.
/// </remarks>
public sealed class WalEvent
{
    private readonly WalValues _values;

    internal WalEvent(WalValues values, ChronoRecord record)
    {
        _values = values;
        Record = record;
    }

    /// <summary>The event's place in the chain, from 1; a compaction does not restart it.</summary>
    public long Seq => ChronoRecord.IntegerOf(_values.Seq)!.Value;

    /// <summary>The time of writing, in UTC to the second, such as <c>2026-01-05T09:00:02Z</c>.</summary>
    public string Ts => _values.Ts.Text!;

    /// <summary>The operation: <c>upsert</c>, <c>delete</c>, <c>compact</c> or <c>migrate</c>, which does what an upsert does.</summary>
    public string Op => _values.Op.Text!;

    /// <summary>The id of the record, even if there is no such record.</summary>
    public string RecordId => _values.RecordId.Text!;

    /// <summary>The record as written; for a delete or a compaction, one that only names the id.</summary>
    public ChronoRecord Record { get; }

    /// <summary>The hash of the event before; empty for the first, and for a compaction.</summary>
    public string PrevHash => _values.PrevHash.Text!;

    /// <summary>The stored SHA-256 of <see cref="HashedText"/> in lower-case hexadecimal.</summary>
    public string Hash => _values.Hash.Text!;

    /// <summary>The recursion depth of the store that wrote it.</summary>
    public long RecursionDepth => ChronoRecord.IntegerOf(_values.RecursionDepth)!.Value;

    /// <summary>The hashed text as UTF-8: the JSON of the other seven fields.</summary>
    public string HashedText => Encoding.UTF8.GetString(_values.HashedText());

    internal WalValues Values => _values;

    /// <summary>The hash that the event should have.</summary>
    public string ComputeHash() => ChainHash.Of(_values.HashedText());

    /// <summary>The line of <c>events.wal</c>, without its line end.</summary>
    public string ToLine() => Encoding.UTF8.GetString(_values.ToLine());

    /// <inheritdoc/>
    public override string ToString() => $"{Seq} {Op} {RecordId}";

    internal static WalEvent Create(long seq, DateTimeOffset at, string op, ChronoRecord record, string prevHash, long recursionDepth)
    {
        var values = new WalValues
        {
            Seq = JsonValue.Of(seq),
            Ts = JsonValue.Of(ChronoTime.Of(at)),
            Op = JsonValue.Of(op),
            RecordId = JsonValue.Of(record.Id),
            Record = record.ToValue(),
            PrevHash = JsonValue.Of(prevHash),
            RecursionDepth = JsonValue.Of(recursionDepth),
        };
        return new WalEvent(values with { Hash = JsonValue.Of(ChainHash.Of(values.HashedText())) }, record);
    }
}
