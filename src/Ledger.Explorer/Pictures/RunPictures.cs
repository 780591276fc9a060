using Ledger.Explorer.Branches;
using Ledger.Explorer.Worlds;
using Ledger.Log;

namespace Ledger.Explorer.Pictures;

/// <summary>The pictures of the explorer as separate files.</summary>
public static class RunPictures
{
    /// <summary>Draws a run or branch as an SVG document, which adapts to a light or dark viewer.</summary>
    /// <param name="ledger">The log.</param>
    /// <param name="stream">The run or branch.</param>
    /// <param name="picture">The kind of picture.</param>
    /// <param name="at">For a world: the number of events to apply; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="StreamNotFoundException">There is no such run or branch.</exception>
    /// <exception cref="PositionOutOfRangeException">It is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="InvalidOperationException">The world has no relations, or is too large for a readable picture.</exception>
    public static async Task<string> DrawAsync(
        AgentLedger ledger,
        StreamName stream,
        RunPicture picture,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var run = await ledger.OpenAsync(stream, cancellationToken).ConfigureAwait(false);
        return picture switch
        {
            RunPicture.Branches => await BranchesAsync(ledger, run, cancellationToken).ConfigureAwait(false),
            RunPicture.Timeline => await TimelineAsync(ledger, run, cancellationToken).ConfigureAwait(false),
            _ => await WorldAsync(ledger, run, at, cancellationToken).ConfigureAwait(false),
        };
    }

    private static async Task<string> BranchesAsync(AgentLedger ledger, Run run, CancellationToken cancellationToken)
    {
        var info = await ledger.Store.GetStreamAsync(run.StreamName, cancellationToken).ConfigureAwait(false)
            ?? throw new StreamNotFoundException(run.StreamName);
        var lanes = await BranchLanes.ReadAsync(
            ledger.Store, LogSearch.Of(ledger.Store), info, run.History, cancellationToken).ConfigureAwait(false);
        var joins = await ledger.FindJoinsAsync([.. lanes.Select(l => l.Stream)], cancellationToken).ConfigureAwait(false);
        return BranchTreePicture.Draw(lanes, PictureFrame.File, joins);
    }

    private static async Task<string> TimelineAsync(AgentLedger ledger, Run run, CancellationToken cancellationToken)
    {
        var length = await run.GetLengthAsync(cancellationToken).ConfigureAwait(false);
        var counts = await LogSearch.Of(ledger.Store).CountEventsAsync(
            run.History, Position.Start, length, TimelinePicture.Slices, cancellationToken).ConfigureAwait(false);
        var (joins, _) = await TimelineJoins.ReadAsync(ledger, run, cancellationToken).ConfigureAwait(false);
        return TimelinePicture.Draw(counts, Position.Start, length, byActor: false, PictureFrame.File, joins);
    }

    private static async Task<string> WorldAsync(AgentLedger ledger, Run run, Position? at, CancellationToken cancellationToken)
    {
        var length = await run.GetLengthAsync(cancellationToken).ConfigureAwait(false);
        var position = at ?? length;
        if (position > length)
        {
            throw new PositionOutOfRangeException(run.StreamName, position, length);
        }

        var world = await new WorldSource(ledger).ReadAsync(run, position, cancellationToken).ConfigureAwait(false);
        return world.IsWhole && WorldPicture.Fits(world.Objects, world.Relations)
            ? WorldPicture.Draw(world.Objects, world.Relations, changed: null, PictureFrame.File)
            : throw new InvalidOperationException(
                $"The world of '{run.StreamName}' at {position} has {WorldModel.Counted(world.Objects.Count, world.HasMoreObjects)} objects and "
                + $"{WorldModel.Counted(world.Relations.Count, world.HasMoreRelations)} relations. A graph needs at least 1 relation and "
                + $"at most {WorldPicture.MostNodes} nodes; draw an earlier position.");
    }
}
