using Ledger.Explorer.Diffs;
using Ledger.Log;

namespace Ledger.Explorer.Comparing;

/// <summary>Compares runs and branches.</summary>
internal static class ComparisonSource
{
    // The costs of a run that was never looked at are left out if they would take longer.
    private const long MostRead = 50_000;

    /// <summary>Compares them.</summary>
    /// <param name="explorer">The services.</param>
    /// <param name="streams">Two or more.</param>
    /// <param name="withWorlds">Whether their worlds are compared too; without that none differ.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="StreamNotFoundException">One of them does not exist.</exception>
    public static async Task<Comparison> ReadAsync(ExplorerServices explorer, IReadOnlyList<StreamName> streams, bool withWorlds, CancellationToken cancellationToken)
    {
        var runs = await Task.WhenAll(streams.Select(stream => explorer.Ledger.OpenAsync(stream, cancellationToken))).ConfigureAwait(false);
        var known = await explorer.Search.GetStreamsAsync(streams, cancellationToken).ConfigureAwait(false);
        StreamInfo[] infos = [.. streams.Select(stream => known.FirstOrDefault(info => info.Name == stream) ?? throw new StreamNotFoundException(stream))];
        Position[] lengths = [.. runs.Select((run, i) => run.History.LengthAt(infos[i].Version))];
        var shared = new Position(runs.Skip(1).Min(run => SharedBy(runs[0].History, run.History)));
        shared = lengths.Append(shared).Min();

        var events = Task.WhenAll(runs.Select((run, i) => ReadEventsAsync(run, shared, lengths[i], cancellationToken)));
        var worlds = Task.WhenAll(runs.Skip(1).Take(withWorlds ? runs.Length : 0).Select((run, i) => explorer.Worlds.DiffAsync(runs[0], lengths[0], run, lengths[i + 1], cancellationToken)));
        var branches = Task.WhenAll(streams.Select(stream => explorer.Ledger.Store.GetBranchAsync(stream, cancellationToken)));
        var summaries = await explorer.Summaries.FindAllAsync(streams, MostRead, cancellationToken).ConfigureAwait(false);
        var costs = SideCost.Of([.. streams.Select(stream => summaries.FirstOrDefault(summary => summary.Stream == stream))], shared);
        var (all, places) = (await events.ConfigureAwait(false), await branches.ConfigureAwait(false));
        return new Comparison
        {
            Sides = [.. infos.Select((info, i) => new ComparedSide(info, lengths[i], places[i], costs[i], all[i].IsCut))],
            Shared = shared,
            Rows = KnownRows(EventAlignment.Align([.. all.Select(side => side.Events)], cancellationToken), [.. all.Select(side => side.IsCut)]),
            Worlds = WorldComparison.Of(await worlds.ConfigureAwait(false)),
        };
    }

    // What a cut side has after its last event here is not known: what another side has there may be in it too.
    private static IReadOnlyList<AlignedRow> KnownRows(IReadOnlyList<AlignedRow> rows, IReadOnlyList<bool> cut)
    {
        var known = rows.Count;
        for (var side = 0; side < cut.Count; side++)
        {
            var last = rows.Count - 1;
            while (cut[side] && last >= 0 && rows[last].Events[side] is null)
            {
                last--;
            }

            known = Math.Min(known, last + 1);
        }

        return known == rows.Count ? rows : [.. rows.Take(known)];
    }

    // Where a branch begins says nothing of what the agent did.
    private static async Task<(IReadOnlyList<RecordedEvent> Events, bool IsCut)> ReadEventsAsync(Run run, Position from, Position length, CancellationToken cancellationToken)
    {
        var (events, bytes) = (new List<RecordedEvent>(), 0L);
        await foreach (var recorded in run.ReadAsync(from, length, cancellationToken).ConfigureAwait(false))
        {
            if (recorded is { Type: "branch.created", Version.Value: 1 })
            {
                continue;
            }

            bytes += recorded.Json.Length;
            if (events.Count == Comparison.MostEvents || (bytes > Comparison.MostBytes && events.Count > 0))
            {
                return (events, true);
            }

            events.Add(recorded);
        }

        return (events, false);
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
