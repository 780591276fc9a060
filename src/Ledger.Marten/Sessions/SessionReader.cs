using System.Runtime.CompilerServices;
using Ledger.Json;
using Ledger.Log;
using Ledger.Marten.Aggregates;
using Ledger.Marten.Appending;
using Ledger.Marten.Streams;
using Marten;
using StreamAction = JasperFx.Events.StreamAction;

namespace Ledger.Marten.Sessions;

/// <summary>Reads what is stored, and after it the unsaved events of a session.</summary>
internal sealed class SessionReader(IDocumentSession session, StoreConfiguration store, MartenEventStore engine)
{
    /// <summary>What is stored: as of the session's transaction while it keeps locks, else what is committed.</summary>
    public IEventStore Stored => PendingSave.Find(session) is { HasLocks: true } ? store.NativeOn(session) : engine;

    /// <summary>Describes the branch that a fork asks for, of what is stored and what is not.</summary>
    /// <exception cref="StreamNotFoundException">The parent does not exist.</exception>
    /// <exception cref="ForkPositionException">The parent is shorter.</exception>
    /// <exception cref="LineageDepthException">The branch would be too deep.</exception>
    public async Task<BranchCreated> DescribeAsync(BranchFork fork, CancellationToken cancellationToken)
    {
        if (PendingSave.Find(session) is not { HasLocks: true })
        {
            return await engine.DescribeAsync(fork, cancellationToken).ConfigureAwait(false);
        }

        var parent = await Stored.GetHistoryAsync(fork.Parent, cancellationToken).ConfigureAwait(false) ?? throw new StreamNotFoundException(fork.Parent);
        var info = await GetStreamAsync(fork.Parent, cancellationToken).ConfigureAwait(false);
        return fork.Of(parent, parent.LengthAt(info?.Version ?? StreamVersion.Empty));
    }

    /// <summary>Whether the session has unsaved events of a history, also of one that it continues.</summary>
    public bool HasUnsaved(History history)
    {
        var unsaved = UnsavedEvents.Streams(session).Select(stream => stream.Key!).ToHashSet(StringComparer.Ordinal);
        return unsaved.Count > 0 && (unsaved.Contains(history.Stream.Value) || history.Lineage.Any(segment => unsaved.Contains(segment.Stream)));
    }

    public async Task<History?> GetHistoryAsync(StreamName stream, CancellationToken cancellationToken) =>
        await Stored.GetHistoryAsync(stream, cancellationToken).ConfigureAwait(false) ?? FindBegun(stream);

    public async Task<IReadOnlyList<History>> FindHistoriesAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken)
    {
        var stored = await Stored.FindHistoriesAsync(streams, cancellationToken).ConfigureAwait(false);
        return streams.Any(stream => FindBegun(stream) is not null)
            ? [.. streams.Distinct().Select(stream => stored.FirstOrDefault(h => h.Stream == stream) ?? FindBegun(stream)).OfType<History>()]
            : stored;
    }

    public async Task<StreamInfo?> GetStreamAsync(StreamName stream, CancellationToken cancellationToken)
    {
        var stored = await Stored.GetStreamAsync(stream, cancellationToken).ConfigureAwait(false);
        return stored is not null ? WithUnsaved(stored)
            : UnsavedEvents.Find(session, stream.Value) is { } started ? InfoOf(started)
            : null;
    }

    /// <summary>Lists the streams after the save, sorted by code point.</summary>
    public async IAsyncEnumerable<StreamInfo> ListStreamsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var unsaved = new Queue<StreamAction>(UnsavedEvents.Streams(session)
            .Where(stream => stream.Key!.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(stream => stream.Key!, CodePointComparer.Instance));
        await foreach (var listed in Stored.ListStreamsAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            while (unsaved.TryPeek(out var next) && CodePointComparer.Instance.Compare(next.Key!, listed.Name.Value) <= 0)
            {
                unsaved.Dequeue();
                if (next.Key != listed.Name.Value)
                {
                    yield return InfoOf(next);
                }
            }

            yield return WithUnsaved(listed);
        }

        foreach (var started in unsaved)
        {
            yield return InfoOf(started);
        }
    }

    public async IAsyncEnumerable<RecordedEvent> ReadForwardAsync(
        StreamName stream, StreamVersion from, StreamVersion? to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Before the stored ones, so that none is left out that another writer appends meanwhile.
        var unsaved = await UnsavedOfAsync(stream, cancellationToken).ConfigureAwait(false);
        var end = unsaved.Count == 0 || to is { } wanted && wanted.Value < unsaved[0].Version.Value ? to : new StreamVersion(unsaved[0].Version.Value - 1);
        if (unsaved.Count == 0 || end!.Value.Value >= Math.Max(from.Value, 1))
        {
            await foreach (var recorded in Stored.ReadForwardAsync(stream, from, end, cancellationToken).ConfigureAwait(false))
            {
                yield return recorded;
            }
        }

        foreach (var recorded in unsaved.Where(e => e.Version.Value >= from.Value && (to is null || e.Version.Value <= to.Value.Value)))
        {
            yield return recorded;
        }
    }

    public async IAsyncEnumerable<RecordedEvent> ReadBackwardAsync(
        StreamName stream, StreamVersion? from, StreamVersion to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var unsaved = await UnsavedOfAsync(stream, cancellationToken).ConfigureAwait(false);
        foreach (var recorded in unsaved.Reverse().Where(e => e.Version.Value >= to.Value && (from is null || e.Version.Value <= from.Value.Value)))
        {
            yield return recorded;
        }

        var start = unsaved.Count == 0 || from is { } wanted && wanted.Value < unsaved[0].Version.Value ? from : new StreamVersion(unsaved[0].Version.Value - 1);
        if (unsaved.Count > 0 && start!.Value.Value < Math.Max(to.Value, 1))
        {
            yield break;
        }

        await foreach (var recorded in Stored.ReadBackwardAsync(stream, start, to, cancellationToken).ConfigureAwait(false))
        {
            yield return recorded;
        }
    }

    public IAsyncEnumerable<RecordedEvent> ReadHistoryAsync(History history, Position from, Position? to, CancellationToken cancellationToken) =>
        HasUnsaved(history)
            ? ReadSegmentsAsync(history, from, to, cancellationToken)
            : Stored.ReadHistoryAsync(history, from, to, cancellationToken);

    public async Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var stored = await Stored.FindEventsAsync(ids, cancellationToken).ConfigureAwait(false);
        var found = new List<RecordedEvent>(stored);
        foreach (var stream in UnsavedEvents.Streams(session).Where(stream => stream.Events.Any(e => ids.Contains(e.Id))).ToList())
        {
            found.AddRange((await UnsavedOfAsync(new StreamName(stream.Key!), cancellationToken).ConfigureAwait(false)).Where(e => ids.Contains(e.Id)));
        }

        return found;
    }

    private StreamInfo WithUnsaved(StreamInfo stored) => UnsavedEvents.Find(session, stored.Name.Value)?.Events is { } events
        ? stored with { Version = new StreamVersion(stored.Version.Value + events.Count), UpdatedAt = UnsavedEvents.TimesOf(session, events, stored.UpdatedAt)[^1] }
        : stored;

    private StreamInfo InfoOf(StreamAction started)
    {
        var times = UnsavedEvents.TimesOf(session, started.Events, default);
        return new StreamInfo(new StreamName(started.Key!), new StreamVersion(times.Length), times[0], times[^1], StreamState.Open);
    }

    private async IAsyncEnumerable<RecordedEvent> ReadSegmentsAsync(
        History history, Position from, Position? to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var offset = 0L;
        foreach (var segment in history.Lineage.Append(new LineageSegment(history.Stream.Value, long.MaxValue - history.PrefixLength.Value)))
        {
            var (stream, first) = (new StreamName(segment.Stream), Math.Max(from.Value - offset, 0) + 1);
            var last = Math.Min(segment.Taken, (to?.Value ?? long.MaxValue) - offset);
            var next = first;
            if (first <= last)
            {
                StreamVersion? end = last == long.MaxValue - offset ? null : new StreamVersion(last);
                await foreach (var recorded in ReadForwardAsync(stream, new StreamVersion(first), end, cancellationToken).ConfigureAwait(false))
                {
                    Check(history, stream, next, recorded.Version.Value == next);
                    yield return recorded.At(new Position(offset + next - 1));
                    next++;
                }

                Check(history, stream, next, stream == history.Stream || next > last);
            }

            offset += segment.Taken;
        }
    }

    // What a failed save has rolled back, the next one puts into the tree again. Any other branch that is not in the tree is an ordinary stream, also after the save.
    private History? FindBegun(StreamName stream) =>
        UnsavedEvents.Find(session, stream.Value) is not { } begun ? null
        : PendingSave.Find(session)?.IsForked(stream.Value) == true && BranchEvents.HistoryOf(begun.Events[0]) is { } branch ? branch
        : History.OfRun(stream);

    private static void Check(History history, StreamName stream, long version, bool isThere)
    {
        if (!isThere)
        {
            throw new BrokenHistoryException(history.Stream, stream, new StreamVersion(version));
        }
    }

    private async Task<IReadOnlyList<RecordedEvent>> UnsavedOfAsync(StreamName stream, CancellationToken cancellationToken)
    {
        if (UnsavedEvents.Find(session, stream.Value) is null)
        {
            return [];
        }

        var stored = await Stored.GetStreamAsync(stream, cancellationToken).ConfigureAwait(false);
        var serializer = session.DocumentStore.Options.Serializer();
        var events = UnsavedEvents.Of(session, stream.Value, stored?.Version.Value ?? 0);
        var times = UnsavedEvents.TimesOf(session, events, stored?.UpdatedAt ?? default);
        return [.. events.Zip(times, (e, time) => UnsavedEvents.Read(e, time, store.Ledger.Registry, serializer))];
    }
}
