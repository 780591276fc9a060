using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;

namespace Ledger;

/// <content>What a branch found, taken over by another.</content>
public sealed partial class Run
{
    /// <summary>What the worlds of a merge are read by; for one merge.</summary>
    internal IMergeReader MergeReader => _ledger.Store.Get<IMergeReader>() ?? new FoldingMergeReader(_ledger.Store, _statistics, _ledger.Logger);

    /// <summary>Says what <see cref="MergeAsync"/> would write, and writes nothing.</summary>
    /// <remarks>
    /// On a store with rows the cost is that of what the source changed since the common state, whatever happened in this history. To merge a branch back that had taken in
    /// its parent costs also what the parent changed since the fork.
    /// </remarks>
    /// <param name="source">The run or branch to merge into this one.</param>
    /// <param name="options">A part of its history, and what decides conflicts; null for all of it, and nothing.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException">The source is this history itself, or descends from another run.</exception>
    /// <exception cref="PositionOutOfRangeException">The source's history is shorter than <see cref="MergeOptions.At"/>.</exception>
    public async Task<MergePreview> PreviewMergeAsync(Run source, MergeOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckFamily(source);
        var merge = new BranchMerge(this, source, options ?? new MergeOptions());
        var preview = await merge.PreviewAsync(cancellationToken).ConfigureAwait(false);
        await CheckFaultsAsync(source, preview, cancellationToken).ConfigureAwait(false);
        return preview;
    }

    /// <summary>Merges the world of another run or branch of the same family into this one: what it changed since both had the same state is changed here.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>The worlds are compared with the newest state that both have in common: the fork, or what was merged since. Of several such states none of which
    /// contains another (both merged each other at the same time), the newest is the base, and a value on which they differ counts as changed by both.</item>
    /// <item>Of an object or relation each top-level property is a value, and so are its type and ends. What one side changed is taken over; what both changed
    /// differently is a conflict, and while one is open nothing is written.</item>
    /// <item>One append writes ordinary events of objects and relations, caused by the events of both sides, and then <c>branch.merged</c>. If this history grows meanwhile, the
    /// merge starts again; with <see cref="MergeOptions.ExpectedLength"/> it is refused.</item>
    /// <item>Calls, tasks, budgets and costs are not merged; <see cref="MergePreview.Effects"/> counts them. The source does not change, and may be archived.</item>
    /// </list>
    /// </remarks>
    /// <param name="source">The run or branch to merge into this one.</param>
    /// <param name="options">What decides conflicts, and who merges; null for nothing and no one.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <returns>What was merged; without anything to merge nothing is written.</returns>
    /// <exception cref="ArgumentException">The source is this history itself, or descends from another run; or a decision does not fit its conflict.</exception>
    /// <exception cref="MergeConflictException">Conflicts are open: nothing was written.</exception>
    /// <exception cref="PositionOutOfRangeException">The source's history is shorter than <see cref="MergeOptions.At"/>.</exception>
    /// <exception cref="WrongExpectedVersionException">This history does not have <see cref="MergeOptions.ExpectedLength"/>: nothing was written.</exception>
    public async Task<MergeResult> MergeAsync(Run source, MergeOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckFamily(source);
        options ??= new MergeOptions();
        if (_faults == WorldFaults.Throw)
        {
            await PreviewMergeAsync(source, options with { Resolver = MergeResolver.None }, cancellationToken).ConfigureAwait(false);
        }

        return await new BranchMerge(this, source, options).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The version of the own stream at a length of the history.</summary>
    internal StreamVersion VersionAt(Position length) => new(Math.Max(length.Value - History.PrefixLength.Value, 0));

    internal async Task<Position> AppendMergeAsync(IReadOnlyList<NewEvent> events, Position length, CancellationToken cancellationToken)
    {
        var append = new StreamAppend(StreamName, ExpectedVersion.Exactly(VersionAt(length)), [.. events.Select(Correlated)]);
        var results = await _ledger.Store.AppendAsync([append], cancellationToken).ConfigureAwait(false);
        return await EndOfAsync(results[0], events.Count, cancellationToken).ConfigureAwait(false);
    }

    private void CheckFamily(Run source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.StreamName == StreamName)
        {
            throw new ArgumentException($"'{StreamName}' cannot be merged into itself.", nameof(source));
        }

        if (source.History.Root != History.Root)
        {
            throw new ArgumentException(
                $"'{source.StreamName}' descends from '{source.History.Root}', and '{StreamName}' from '{History.Root}'. Merge branches of one run.", nameof(source));
        }
    }

    private async Task CheckFaultsAsync(Run source, MergePreview preview, CancellationToken cancellationToken)
    {
        if (_faults == WorldFaults.Throw)
        {
            await GetFaultsAsync(preview.TargetLength, cancellationToken).ConfigureAwait(false);
            await source.WithFaults(WorldFaults.Throw).GetFaultsAsync(preview.SourceLength, cancellationToken).ConfigureAwait(false);
        }
    }
}
