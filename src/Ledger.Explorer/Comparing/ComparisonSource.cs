using Ledger.Explorer.Diffs;
using Ledger.Log;

namespace Ledger.Explorer.Comparing;

/// <summary>Compares runs and branches.</summary>
internal static class ComparisonSource
{
    // The costs of a run that was never looked at are left out if they would take longer.
    private const long MostRead = 50_000;

    /// <exception cref="StreamNotFoundException">One of them does not exist.</exception>
    public static async Task<Comparison> ReadAsync(ExplorerServices explorer, IReadOnlyList<StreamName> streams, CancellationToken cancellationToken)
    {
        var runs = await Task.WhenAll(streams.Select(stream => explorer.Ledger.OpenAsync(stream, cancellationToken))).ConfigureAwait(false);
        var known = await explorer.Search.GetStreamsAsync(streams, cancellationToken).ConfigureAwait(false);
        StreamInfo[] infos = [.. streams.Select(stream => known.FirstOrDefault(info => info.Name == stream) ?? throw new StreamNotFoundException(stream))];
        Position[] lengths = [.. runs.Select((run, i) => run.History.LengthAt(infos[i].Version))];
        var shared = new Position(runs.Skip(1).Min(run => SharedBy(runs[0].History, run.History)));
        shared = lengths.Append(shared).Min();

        var events = Task.WhenAll(runs.Select((run, i) => ReadEventsAsync(run, shared, lengths[i], cancellationToken)));
        var worlds = Task.WhenAll(runs.Skip(1).Select((run, i) => explorer.Worlds.DiffAsync(runs[0], lengths[0], run, lengths[i + 1], cancellationToken)));
        var branches = Task.WhenAll(streams.Select(stream => explorer.Ledger.Store.GetBranchAsync(stream, cancellationToken)));
        var summaries = await explorer.Summaries.FindAllAsync(streams, MostRead, cancellationToken).ConfigureAwait(false);
        var costs = SideCost.Of([.. streams.Select(stream => summaries.FirstOrDefault(summary => summary.Stream == stream))], shared);
        var (all, places) = (await events.ConfigureAwait(false), await branches.ConfigureAwait(false));
        return new Comparison
        {
            Sides = [.. infos.Select((info, i) => new ComparedSide(info, lengths[i], places[i], costs[i], all[i].IsCut))],
            Shared = shared,
            Rows = EventAlignment.Align([.. all.Select(side => side.Events)]),
            Worlds = WorldComparison.Of(await worlds.ConfigureAwait(false)),
        };
    }

    // Where a branch begins says nothing of what the agent did.
    private static async Task<(IReadOnlyList<RecordedEvent> Events, bool IsCut)> ReadEventsAsync(Run run, Position from, Position length, CancellationToken cancellationToken)
    {
        var (events, bytes) = (new List<RecordedEvent>(), 0L);
        await foreach (var recorded in run.ReadAsync(from, new Position(Math.Min(length.Value, from.Value + Comparison.MostEvents)), cancellationToken).ConfigureAwait(false))
        {
            bytes += recorded.Json.Length;
            if (bytes > Comparison.MostBytes && events.Count > 0)
            {
                return (events, true);
            }

            if (recorded is not { Type: "branch.created", Version.Value: 1 })
            {
                events.Add(recorded);
            }
        }

        return (events, length.Value - from.Value > Comparison.MostEvents);
    }

    // The own stream is the last segment, and open.
    private static long SharedBy(History a, History b)
    {
        var shared = 0L;
        for (var i = 0; ; i++)
        {
            var (ofA, ofB) = (SegmentOf(a, i), SegmentOf(b, i));
            if (ofA.Stream != ofB.Stream)
            {
                return shared;
            }

            shared += Math.Min(ofA.Taken, ofB.Taken);
            if (ofA.Taken != ofB.Taken)
            {
                return shared;
            }
        }
    }

    private static (string Stream, long Taken) SegmentOf(History history, int index) => index < history.Lineage.Count
        ? (history.Lineage[index].Stream, history.Lineage[index].Taken)
        : (history.Stream.Value, long.MaxValue);
}
