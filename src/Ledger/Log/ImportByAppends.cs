namespace Ledger.Log;

/// <summary>An import through <see cref="IEventStore.AppendAsync"/>, for stores that have no faster way.</summary>
internal static class ImportByAppends
{
    public static async Task<ImportProgress> RunAsync(
        IEventStore store,
        IAsyncEnumerable<StreamEvent> events,
        IProgress<ImportProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        var started = TimeProvider.System.GetTimestamp();
        var done = ImportProgress.None;
        var batches = ImportBatch.ReadAsync(events, store.Registry, () => new Batch(), cancellationToken);
        await foreach (var batch in batches.ConfigureAwait(false))
        {
            done = await WriteAsync(store, batch.Events, done, cancellationToken).ConfigureAwait(false);
            done = done.Plus(0, batch.Repeated, 0, 0, TimeProvider.System.GetElapsedTime(started));
            progress?.Report(done);
        }

        return done with { Elapsed = TimeProvider.System.GetElapsedTime(started) };
    }

    private static async Task<ImportProgress> WriteAsync(
        IEventStore store,
        List<Batch.Item> items,
        ImportProgress done,
        CancellationToken cancellationToken)
    {
        try
        {
            return await AppendAsync(store, items, done, cancellationToken).ConfigureAwait(false);
        }
        catch (EventIdInUseException) when (items.Count > 1)
        {
            // Some are in the log. Those of a resumed import are the first, so that halves are soon of one kind; one that another stream has is refused when it is alone.
        }

        var half = items.Count / 2;
        done = await WriteAsync(store, items[..half], done, cancellationToken).ConfigureAwait(false);
        return await WriteAsync(store, items[half..], done, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<ImportProgress> AppendAsync(
        IEventStore store,
        List<Batch.Item> items,
        ImportProgress done,
        CancellationToken cancellationToken)
    {
        var appends = items
            .GroupBy(i => i.Stream)
            .Select(g => new StreamAppend(g.Key, ExpectedVersion.Any, [.. g.Select(i => i.Event.Event)]))
            .ToList();
        var results = await store.AppendAsync(appends, cancellationToken).ConfigureAwait(false);
        return results.Any(r => r.Outcome == AppendOutcome.AlreadyWritten)
            ? done.Plus(0, items.Count, 0, 0, done.Elapsed)
            : done.Plus(
                items.Count,
                0,
                results.Zip(appends).Count(p => p.First.Version.Value == p.Second.Events.Count),
                items.Sum(i => (long)i.Event.Serialized.Json.Length),
                done.Elapsed);
    }

    private sealed class Batch : ImportBatch
    {
        public List<Item> Events { get; } = [];

        protected override bool IsSame(int index, in AppendRequest.Item item)
        {
            var kept = Events[index].Event.Serialized;
            return item.IsSame(kept.Type, kept.Json);
        }

        protected override void Keep(StreamName stream, in AppendRequest.Item item) => Events.Add(new Item(stream, item));

        internal readonly record struct Item(StreamName Stream, AppendRequest.Item Event);
    }
}
