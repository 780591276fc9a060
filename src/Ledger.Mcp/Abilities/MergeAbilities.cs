using Ledger.Bus;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Merging;
using Ledger.Log;
using Ledger.Mcp.Streams;
using Ledger.Runs;

namespace Ledger.Mcp.Abilities;

/// <summary>What a branch found, taken over by another: merges, cherry-picks and rebases as abilities.</summary>
internal static class MergeAbilities
{
    private static readonly AbilityInputContext In = AbilityInputContext.Default;
    private static readonly ToolContractContext Own = ToolContractContext.Default;

    private static readonly AbilityMeta<RunMergeInput, MergePage> Merge = new(
        "run:merge",
        "Merges the world of a run or branch into another, or previews it. With open conflicts nothing is written and they are returned: call again with decisions.",
        In.RunMergeInput,
        Own.MergePage);

    private static readonly AbilityMeta<RunPickInput, PickPage> Pick = new(
        "run:pick",
        "Writes chosen events of a run or branch again in another, or previews it. With missing causes or open conflicts nothing is written and they are returned.",
        In.RunPickInput,
        Own.PickPage);

    private static readonly AbilityMeta<RunRebaseInput, RebasePage> Rebase = new(
        "run:rebase",
        "Begins a branch at the end of another run or branch with what a branch has found, or previews it. What is in conflict is left out and returned.",
        In.RunRebaseInput,
        Own.RebasePage);

    public static void Register(IAgentBus bus, AgentLedger ledger)
    {
        bus.Register(Merge, (input, token) => RefusingAsync(async () =>
            MergePages.Of(await MergeAsync(ledger, input, token).ConfigureAwait(false), input.Skip, input.Limit)));
        bus.Register(Pick, (input, token) => RefusingAsync(async () =>
            MergePages.Of(await PickAsync(ledger, input, token).ConfigureAwait(false), input.Skip, input.Limit)));
        bus.Register(Rebase, (input, token) => RefusingAsync(async () =>
            MergePages.Of(await RebaseAsync(ledger, input, token).ConfigureAwait(false), input.Skip, input.Limit)));
    }

    private static async Task<MergeContract> MergeAsync(AgentLedger ledger, RunMergeInput input, CancellationToken cancellationToken)
    {
        var (target, source) = await StoredRuns.FindAsync(ledger, input.Run, input.Source, cancellationToken).ConfigureAwait(false);
        var registry = ledger.Store.Registry;
        try
        {
            var options = new MergeOptions
            {
                Resolver = MergeDecisions.ToResolver(input.Decisions ?? [], ledger.Options.MergeRules, input.Take),
                Metadata = new EventMetadata { Actor = input.Actor },
            };
            return input.Preview == true
                ? MergeContract.Of(await target.PreviewMergeAsync(source, options, cancellationToken).ConfigureAwait(false), registry)
                : MergeContract.Of(await target.MergeAsync(source, options, cancellationToken).ConfigureAwait(false), registry);
        }
        catch (MergeConflictException conflict)
        {
            return MergeContract.Of(conflict.Preview, registry);
        }
    }

    private static async Task<CherryPickContract> PickAsync(AgentLedger ledger, RunPickInput input, CancellationToken cancellationToken)
    {
        var (target, source) = await StoredRuns.FindAsync(ledger, input.Run, input.Source, cancellationToken).ConfigureAwait(false);
        var registry = ledger.Store.Registry;
        try
        {
            var events = await CarryChoices.FindEventsAsync(source, input.Events, cancellationToken).ConfigureAwait(false);
            var options = new CherryPickOptions
            {
                Causes = CarryChoices.CausesOf(input.Causes),
                Resolver = MergeDecisions.ToResolver(input.Decisions ?? [], ledger.Options.MergeRules, input.Take),
                Metadata = new EventMetadata { Actor = input.Actor },
            };
            return input.Preview == true
                ? CherryPickContract.Of(await target.PreviewCherryPickAsync(source, events, options, cancellationToken).ConfigureAwait(false), registry)
                : CherryPickContract.Of(await target.CherryPickAsync(source, events, options, cancellationToken).ConfigureAwait(false), registry);
        }
        catch (CherryPickRefusedException refused)
        {
            return CherryPickContract.Of(refused.Preview, registry);
        }
    }

    private static async Task<RebaseContract> RebaseAsync(AgentLedger ledger, RunRebaseInput input, CancellationToken cancellationToken)
    {
        var id = StreamIds.NewId("branch", input.Id);
        var (source, onto) = await StoredRuns.FindAsync(ledger, input.Run, input.Onto, cancellationToken).ConfigureAwait(false);
        var registry = ledger.Store.Registry;
        var options = new RebaseOptions
        {
            Id = id,
            Name = input.Name,
            Mode = CarryChoices.ModeOf(input.Mode),
            Resolver = MergeDecisions.ToResolver(input.Decisions ?? [], ledger.Options.MergeRules, input.Take),
            Metadata = new EventMetadata { Actor = input.Actor },
        };
        return input.Preview == true
            ? RebaseContract.Of(await source.PreviewRebaseAsync(onto, options, cancellationToken).ConfigureAwait(false), registry)
            : RebaseContract.Of(await source.RebaseAsync(onto, options, cancellationToken).ConfigureAwait(false), registry);
    }

    private static async Task<T> RefusingAsync<T>(Func<Task<T>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            throw new RefusalException(fault.Message.Split(" (Parameter", 2)[0]);
        }
    }
}
