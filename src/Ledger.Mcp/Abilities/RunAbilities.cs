using Ledger.Bus;
using Ledger.Events;
using Ledger.Explorer.Contracts;
using Ledger.Log;
using Ledger.Mcp.Streams;

namespace Ledger.Mcp.Abilities;

/// <summary>Runs and branches as abilities, for agents built with any framework: listed, started, written, forked, merged.</summary>
internal static class RunAbilities
{
    private const int DefaultLimit = 100;

    private static readonly AbilityInputContext In = AbilityInputContext.Default;
    private static readonly ToolContractContext Own = ToolContractContext.Default;
    private static readonly ContractContext Out = ContractContext.Default;

    private static readonly AbilityMeta<RunListInput, RunPageContract> List =
        new("run:list", "Lists the runs or branches, sorted by id, one page at a time.", In.RunListInput, Out.RunPageContract);

    private static readonly AbilityMeta<RunStartInput, RunContract> Start =
        new("run:start", "Starts a run, with no events.", In.RunStartInput, Out.RunContract);

    private static readonly AbilityMeta<RunAppendInput, AppendContract> Append =
        new("run:append", "Appends an event to a run or branch; a run that does not exist is created.", In.RunAppendInput, Out.AppendContract);

    private static readonly AbilityMeta<RunForkInput, BranchContract> Fork =
        new("run:fork", "Forks a run or branch: the branch shares its first events and then continues on its own.", In.RunForkInput, Out.BranchContract);

    private static readonly AbilityMeta<RunBranchesInput, BranchPage> Branches =
        new("run:branches", "Lists branches and where they were forked, the parents first.", In.RunBranchesInput, Own.BranchPage);

    public static void Register(IAgentBus bus, AgentLedger ledger)
    {
        bus.Register(List, (input, token) => ListAsync(ledger, input, token));
        bus.Register(Start, (input, token) => StartAsync(ledger, input, token));
        bus.Register(Append, (input, token) => AppendAsync(ledger, input, token));
        bus.Register(Fork, async (input, token) =>
            ToolPage.Fit(BranchContract.Of(await Forking.RunAsync(ledger, input.Run, new Position(input.At), "'at'", input.Id, input.Name, token).ConfigureAwait(false))));
        bus.Register(Branches, async (input, token) =>
        {
            StreamName? root = input.Run is { } id ? (await StoredRuns.FindAsync(ledger, id, token).ConfigureAwait(false)).StreamName : null;
            var skip = input.Skip ?? 0;
            var all = ledger.Store.ListBranchesAsync(root, token).Skip(skip).Select(branch => ToolPage.Fit(BranchContract.Of(branch)));
            var (branches, hasMore) = await ToolPage.TakeAsync(all, input.Limit ?? DefaultLimit, Out.BranchContract, token).ConfigureAwait(false);
            return new BranchPage(branches, hasMore ? skip + branches.Count : null);
        });
    }

    private static async Task<RunPageContract> ListAsync(AgentLedger ledger, RunListInput input, CancellationToken cancellationToken)
    {
        var prefix = input.Kind switch
        {
            StreamKind.Branches => "branch:",
            StreamKind.All => "",
            _ => "run:",
        };
        var query = new StreamQuery
        {
            Prefix = prefix,
            Text = input.Text,
            Order = StreamOrder.Name,
            After = input.After is { } id && !id.StartsWith(prefix, StringComparison.Ordinal) ? prefix + id : input.After,
            Limit = input.Limit ?? DefaultLimit,
        };
        var page = await LogSearch.Of(ledger.Store).FindStreamsAsync(query, cancellationToken).ConfigureAwait(false);
        var branches = page.Streams.Select(found => found.Stream.Name).Where(name => name.IsBranch).ToList();
        IReadOnlyList<Run> forked = branches.Count == 0 ? [] : await ledger.FindAllAsync(branches, cancellationToken).ConfigureAwait(false);
        var histories = forked.ToDictionary(run => run.StreamName, run => run.History);
        var runs = page.Streams.Select(found => histories.TryGetValue(found.Stream.Name, out var history)
            ? RunContract.Of(found.Stream, history)
            : RunContract.Of(found.Stream)).ToList();
        var count = ToolPage.Count(runs, 0, runs.Count, Out.RunContract);
        return new RunPageContract([.. runs.Take(count)], page.HasMore || count < runs.Count);
    }

    private static async Task<RunContract> StartAsync(AgentLedger ledger, RunStartInput input, CancellationToken cancellationToken)
    {
        try
        {
            var run = await ledger.StartRunAsync(StreamIds.NewId("run", input.Id), cancellationToken).ConfigureAwait(false);
            var stream = await ledger.Store.GetStreamAsync(run.StreamName, cancellationToken).ConfigureAwait(false);
            return RunContract.Of(stream ?? throw new StreamNotFoundException(run.StreamName));
        }
        catch (WrongExpectedVersionException conflict)
        {
            throw new RefusalException($"'{conflict.Stream}' exists already and has {conflict.Actual} events. Nothing was written; choose another id.");
        }
    }

    private static async Task<AppendContract> AppendAsync(AgentLedger ledger, RunAppendInput input, CancellationToken cancellationToken)
    {
        var run = await StoredRuns.TryFindAsync(ledger, input.Run, cancellationToken).ConfigureAwait(false) ?? ledger.GetStream(StreamIds.Create(input.Run));
        var appended = new NewEvent(
            new UntypedEvent(input.Type, input.Data), new EventMetadata { Actor = input.Actor, CallId = input.CallId, ForeignId = input.Id });
        Position? expected = input.ExpectedLength is { } length ? new Position(length) : null;
        if (expected < run.History.PrefixLength)
        {
            throw new RefusalException($"'{run.StreamName}' was forked at {run.History.PrefixLength} and is never shorter, but the append expected {expected} events. Nothing was written.");
        }

        try
        {
            var result = input.Validate == false
                ? await run.AppendWithOutcomeAsync([appended], expected, cancellationToken).ConfigureAwait(false)
                : await run.AppendValidatedWithOutcomeAsync([appended], expected, cancellationToken).ConfigureAwait(false);
            var version = new StreamVersion(result.Length.Value - run.History.PrefixLength.Value);
            return AppendContract.Of(run.StreamName, result, 1, version).WithNotes([ledger.Store.Registry.HintFor(input.Type)])
                with { EventId = appended.IdIn(run.StreamName) };
        }
        catch (WrongExpectedVersionException conflict) when (expected is not null)
        {
            throw new RefusalException(
                $"'{run.StreamName}' has {run.History.LengthAt(conflict.Actual)} events, but the append expected {expected}. "
                + $"Nothing was written; read the events from {expected} on and decide again.");
        }
    }
}
