using Ledger.Log;
using Ledger.Records;

namespace Ledger;

public sealed partial class MemoryEventStore : IChronoLog
{
    private readonly Dictionary<StreamName, ChronoRows> _chronoRows = [];

    IChronoSession IChronoLog.OpenChrono(StreamName stream)
    {
        lock (_gate)
        {
            if (!_chronoRows.TryGetValue(stream, out var rows))
            {
                _chronoRows.Add(stream, rows = new ChronoRows());
            }

            return new ChronoSession(this, stream, rows);
        }
    }

    private RecordedEvent? FindEvent(StreamName stream, Guid id) =>
        _eventsById.GetValueOrDefault(id) is { } found && found.Stream == stream ? found.Read(Registry) : null;

    private bool TryAppend(StreamName stream, ChronoBatch batch)
    {
        ThrowIfArchived(stream);
        if (batch.Events.Exists(e => _eventsById.ContainsKey(e.Id)))
        {
            return false;
        }

        if (batch.Events.Count > 0)
        {
            var events = batch.Events.Select(e => new PreparedEvent(
                e.Id, e.Type, JsonbForm.Of(e.Json), e.Headers.IsEmpty ? default : JsonbForm.Of(e.Headers), null, null));
            Write([new PreparedAppend(stream, [.. events])], Now());
        }

        return true;
    }

    /// <summary>The rows of a record store, in memory.</summary>
    private sealed class ChronoRows
    {
        /// <summary>Held by who writes; a transaction of several steps holds it throughout.</summary>
        public SemaphoreSlim Writing { get; } = new(1, 1);

        public ChronoPlace Place { get; set; }

        public Dictionary<RowKey, ChronoRow> ByKey { get; set; } = [];

        public Dictionary<RowKey, List<RecordChange>> Changes { get; set; } = [];

        /// <summary>Events up to it are deleted.</summary>
        public long DeletedTo { get; set; }

        /// <summary>Takes the rows away after events were rewritten; the next question writes them again.</summary>
        public void Empty()
        {
            (ByKey, Changes) = ([], []);
            Place = Place.Version > 0 ? Place with { Version = -1 - Place.Version } : Place;
        }

        public void Apply(ChronoBatch batch)
        {
            foreach (var row in batch.Rows)
            {
                var key = RowKey.Of(row.Key);
                ByKey[key] = row with { Ordinal = ByKey.GetValueOrDefault(key)?.Ordinal ?? row.Ordinal };
            }

            foreach (var change in batch.Changes)
            {
                var key = RowKey.Of(change.Key);
                if (!Changes.TryGetValue(key, out var changes))
                {
                    Changes.Add(key, changes = []);
                }

                changes.Add(change);
            }

            Place = batch.After;
        }
    }
}
