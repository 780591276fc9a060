using Ledger.Log;

namespace Ledger.Records;

/// <summary>The changes of calls on a store, checked and serialized.</summary>
internal sealed class RecordWrites(StreamName stream, ChronoOptions options)
{
    /// <exception cref="ChronoRecordException">A value is not accepted.</exception>
    public (PreparedChange Change, Guid Id) Upsert(ChronoRecord record, Guid eventId)
    {
        ArgumentNullException.ThrowIfNull(record);
        options.Rules.Check(record);
        return (PreparedChange.Upsert(record, options.RecursionDepth), eventId);
    }

    /// <exception cref="ChronoRecordException">A value is not accepted.</exception>
    public IReadOnlyList<(PreparedChange Change, Guid Id)> UpsertMany(IEnumerable<ChronoRecord> records, Guid callId)
    {
        ArgumentNullException.ThrowIfNull(records);
        return [.. records.Select((record, i) => Upsert(record, EventIds.FromForeign(stream, $"{callId}/{i}")))];
    }

    /// <exception cref="ChronoRecordException">The id is not text that can be stored.</exception>
    public (PreparedChange Change, Guid Id) Delete(string id, Guid eventId)
    {
        ArgumentNullException.ThrowIfNull(id);
        ChronoRules.Default.Check(new ChronoRecord { Id = id });
        return (PreparedChange.Delete(id, options.RecursionDepth), eventId);
    }
}
