using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;

namespace Ledger;

/// <content>What a branch found, taken over by another.</content>
public sealed partial class Run
{
    /// <summary>What the worlds of a merge are read by; for one merge.</summary>
    internal MergeReader MergeReader => new(_ledger.Store, _ledger.Options.MergeRules, _statistics, _ledger.Logger);

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
        CheckFamily(source, "merged into");
        var merge = new BranchMerge(this, source, options ?? new MergeOptions());
        var preview = await merge.PreviewAsync(cancellationToken).ConfigureAwait(false);
        await CheckFaultsAsync(source, preview.TargetLength, preview.SourceLength, cancellationToken).ConfigureAwait(false);
        return preview;
    }

    /// <summary>Merges the world of another run or branch of the same family into this one: what it changed since both had the same state is changed here.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>The worlds are compared with the newest state that both have in common: the fork, or what was merged since. Of several such states none of which
    /// contains another (both merged each other at the same time), the newest is the base, and a value on which they differ counts as changed by both.</item>
    /// <item>Of an object or relation each top-level property is a value, and so are its type and ends; <see cref="AgentLedgerOptions.MergeRules"/> can go deeper. What one side changed is taken over; what both changed
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
        CheckFamily(source, "merged into");
        options ??= new MergeOptions();
        if (_faults == WorldFaults.Throw)
        {
            await PreviewMergeAsync(source, options with { Resolver = MergeResolver.None }, cancellationToken).ConfigureAwait(false);
        }

        return await new BranchMerge(this, source, options).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says what <see cref="CherryPickAsync"/> would write, and writes nothing.</summary>
    /// <param name="source">The run or branch that has the events.</param>
    /// <param name="events">The ids of the events.</param>
    /// <param name="options">What becomes of causes and conflicts; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException">An event is not in the source's history; or the source is this history itself, or descends from another run.</exception>
    public async Task<CherryPickPreview> PreviewCherryPickAsync(
        Run source,
        IReadOnlyCollection<Guid> events,
        CherryPickOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        CheckFamily(source, "picked into");
        var preview = await new BranchPick(this, source, events, options ?? new CherryPickOptions()).PreviewAsync(cancellationToken).ConfigureAwait(false);
        await CheckFaultsAsync(source, preview.TargetLength, null, cancellationToken).ConfigureAwait(false);
        return preview;
    }

    /// <summary>Writes chosen events of another run or branch of the same family again in this history.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>An event of an object or relation is merged as the change that it was in its own history, from the world before it to the world after it. If this
    /// history has another value than was there before, that is a conflict, as in <see cref="MergeAsync"/>, and while one is open nothing is written.</item>
    /// <item>An application's own event is written as it is. Records of calls, budgets, approvals and branches are not written again.</item>
    /// <item>If a chosen event follows, directly or not, from others that this history lacks, they must be chosen too, or included by
    /// <see cref="PickCauses.Include"/>. Records of calls among them are passed.</item>
    /// <item>One append writes the events, each caused by its original, and then <c>branch.picked</c>. If this history grows meanwhile, it starts again.</item>
    /// <item>An event is picked once: picked again, it is known, and nothing is written. A later merge compares worlds, and finds the same change on both sides.</item>
    /// </list>
    /// </remarks>
    /// <param name="source">The run or branch that has the events; it does not change.</param>
    /// <param name="events">The ids of the events; their order does not count.</param>
    /// <param name="options">What becomes of causes and conflicts, and who picks; null for the defaults.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <exception cref="ArgumentException">An event is not in the source's history; the source is this history itself, or descends from another run; or a
    /// decision does not fit its conflict.</exception>
    /// <exception cref="CherryPickRefusedException">Causes were not chosen, or conflicts are open: nothing was written.</exception>
    /// <exception cref="WrongExpectedVersionException">This history does not have <see cref="CherryPickOptions.ExpectedLength"/>: nothing was written.</exception>
    public async Task<CherryPickResult> CherryPickAsync(
        Run source,
        IReadOnlyCollection<Guid> events,
        CherryPickOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        CheckFamily(source, "picked into");
        await CheckFaultsAsync(source, null, null, cancellationToken).ConfigureAwait(false);
        return await new BranchPick(this, source, events, options ?? new CherryPickOptions()).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says what <see cref="RebaseAsync"/> would write and leave out, and writes nothing.</summary>
    /// <param name="onto">The run or branch whose end the new branch begins at.</param>
    /// <param name="options">What is written, and what decides conflicts; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException">It is this history itself, or descends from another run.</exception>
    /// <exception cref="PositionOutOfRangeException">This history is shorter than <see cref="RebaseOptions.At"/>.</exception>
    public async Task<RebasePreview> PreviewRebaseAsync(Run onto, RebaseOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(onto);
        onto.CheckFamily(this, "rebased onto", nameof(onto));
        var preview = await new BranchRebase(this, onto, options ?? new RebaseOptions()).PreviewAsync(cancellationToken).ConfigureAwait(false);
        await onto.CheckFaultsAsync(this, preview.OntoLength, preview.SourceLength, cancellationToken).ConfigureAwait(false);
        return preview;
    }

    /// <summary>Begins a branch at the end of another history of the same family, and writes there again what this one has and the other lacks.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>Events are written one by one, as <see cref="CherryPickAsync"/> does, but with their own metadata: who caused them, when, and their causes, mapped to
    /// the events that were written for them. What the other history picked before is known, and not written again.</item>
    /// <item>An event in conflict is left out and listed, unless the conflict is decided. Records of calls, budgets, approvals and branches stay on this branch;
    /// causes lead to them.</item>
    /// <item><see cref="RebaseMode.Squash"/> writes one set of events for the difference instead, as <see cref="MergeAsync"/> does; values in conflict are left out.</item>
    /// <item>The last event is <c>branch.rebased</c>. This branch does not change; the other history does not either.</item>
    /// <item>The branch is created and written to in one transaction: it has all of its events, or does not exist. An application's own store or decorator must have <see
    /// cref="IEventStore.ForkAsync(BranchFork, IReadOnlyList{NewEvent}, CancellationToken)"/> for that.</item>
    /// </list>
    /// </remarks>
    /// <param name="onto">The run or branch whose end the new branch begins at.</param>
    /// <param name="options">The new branch's id, what is written, and what decides conflicts; null for the defaults.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">It is this history itself, or descends from another run; or a decision does not fit its conflict.</exception>
    /// <exception cref="BranchExistsException">The branch's id is taken.</exception>
    /// <exception cref="PositionOutOfRangeException">This history is shorter than <see cref="RebaseOptions.At"/>.</exception>
    public async Task<RebaseResult> RebaseAsync(Run onto, RebaseOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(onto);
        onto.CheckFamily(this, "rebased onto", nameof(onto));
        await onto.CheckFaultsAsync(this, null, options?.At, cancellationToken).ConfigureAwait(false);
        return await new BranchRebase(this, onto, options ?? new RebaseOptions()).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The version of the own stream at a length of the history.</summary>
    internal StreamVersion VersionAt(Position length) => new(Math.Max(length.Value - History.PrefixLength.Value, 0));

    internal async Task<Position> AppendMergeAsync(IReadOnlyList<NewEvent> events, Position length, CancellationToken cancellationToken)
    {
        CheckTakesMore();
        NewEvent[] correlated = [.. events.Select(Correlated)];
        var append = new StreamAppend(StreamName, ExpectedVersion.Exactly(VersionAt(length)), correlated);
        var results = await _ledger.Store.AppendAsync([append], cancellationToken).ConfigureAwait(false);
        return await EndOfAsync(results[0], correlated, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forks this history at a length, and writes to the branch in the same transaction.</summary>
    internal async Task<(Run Branch, Position Length)> ForkAsync(
        Position at, ForkOptions options, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        var branch = await _ledger.ForkAsync(History.PartOf ?? StreamName, at, options, [.. events.Select(Correlated)], cancellationToken).ConfigureAwait(false);
        var length = new Position(at.Value + 1 + events.Count);
        await branch.SaveDueSnapshotAsync(length, events.Count, cancellationToken).ConfigureAwait(false);
        return (branch, length);
    }

    private void CheckFamily(Run source, string what, string parameter = "source")
    {
        ArgumentNullException.ThrowIfNull(source);
        CheckIsNoPart(parameter);
        source.CheckIsNoPart(parameter);
        if (source.StreamName == StreamName)
        {
            throw new ArgumentException($"'{StreamName}' cannot be {what} itself.", parameter);
        }

        if (source.History.Root != History.Root)
        {
            throw new ArgumentException(
                $"'{source.StreamName}' descends from '{source.History.Root}', and '{StreamName}' from '{History.Root}'. Merge branches of one run.", parameter);
        }
    }

    private async Task CheckFaultsAsync(Run source, Position? length, Position? sourceLength, CancellationToken cancellationToken)
    {
        if (_faults == WorldFaults.Throw)
        {
            await GetFaultsAsync(length, cancellationToken).ConfigureAwait(false);
            await source.WithFaults(WorldFaults.Throw).GetFaultsAsync(sourceLength, cancellationToken).ConfigureAwait(false);
        }
    }
}
