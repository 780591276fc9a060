using Ledger.Bus;
using Ledger.Events;
using Ledger.Explorer.Contracts;
using Ledger.Json;
using Ledger.Log;
using Ledger.Mcp.Streams;
using Ledger.Tasks;
using Ledger.Worlds;

namespace Ledger.Mcp.Abilities;

/// <summary>Runs, forks, worlds and causes as abilities, for agents built with any framework.</summary>
internal static class RunAbilities
{
    private static readonly AbilityInputContext In = AbilityInputContext.Default;
    private static readonly ContractContext Out = ContractContext.Default;

    private static readonly AbilityMeta<RunListInput, RunPageContract> List =
        new("run:list", "Lists the runs, sorted by id, one page at a time.", In.RunListInput, Out.RunPageContract);

    private static readonly AbilityMeta<RunEventsInput, EventsContract> Events =
        new("run:events", "Reads the events of a run or branch, one page at a time.", In.RunEventsInput, Out.EventsContract);

    private static readonly AbilityMeta<RunAppendInput, AppendContract> Append =
        new("run:append", "Appends an event to a run or branch; a run that does not exist is created.", In.RunAppendInput, Out.AppendContract);

    private static readonly AbilityMeta<RunForkInput, BranchContract> Fork =
        new("run:fork", "Forks a run or branch: the branch shares its first events and then continues on its own.", In.RunForkInput, Out.BranchContract);

    private static readonly AbilityMeta<RunWorldInput, WorldContract> World =
        new("run:world", "Returns the objects and relations that the events of a run or branch describe.", In.RunWorldInput, Out.WorldContract);

    private static readonly AbilityMeta<RunDiffInput, DiffContract> Diff =
        new("run:diff", "Returns the differences between the worlds of two runs or branches.", In.RunDiffInput, Out.DiffContract);

    private static readonly AbilityMeta<RunTraceInput, TraceContract> Trace =
        new("run:trace", "Returns why an event of a run or branch happened: its causes, and their causes in turn.", In.RunTraceInput, Out.TraceContract);

    public static void Register(IAgentBus bus, AgentLedger ledger)
    {
        bus.Register(List, async (input, token) =>
        {
            var limit = input.Limit ?? 100;
            var after = input.After is { } id && !id.StartsWith("run:", StringComparison.Ordinal) ? $"run:{id}" : input.After;
            var runs = ledger.ListRunsAsync(token).SkipWhile(r => after is not null && CodePointComparer.Instance.Compare(r.Name.Value, after) <= 0);
            var page = await runs.Take(limit + 1).Select(RunContract.Of).ToListAsync(token).ConfigureAwait(false);
            return new RunPageContract([.. page.Take(limit)], HasMore: page.Count > limit);
        });
        bus.Register(Events, async (input, token) =>
        {
            var run = await StoredRuns.FindAsync(ledger, input.Run, token).ConfigureAwait(false);
            var events = run.ReadAsync(new Position(input.From ?? 0), cancellationToken: token).Where(e => input.CallId is null || e.Metadata.CallId == input.CallId);
            return new EventsContract(await events.Take(input.Limit ?? 100).Select(EventContract.Of).ToListAsync(token).ConfigureAwait(false));
        });
        bus.Register(Append, async (input, token) =>
        {
            var run = await FindOrCreateAsync(ledger, input.Run, token).ConfigureAwait(false);
            var appended = new NewEvent(new UntypedEvent(input.Type, input.Data), new EventMetadata { Actor = input.Actor, CallId = input.CallId, ForeignId = input.Id });
            var result = input.Validate == false
                ? await run.AppendWithOutcomeAsync([appended], null, token).ConfigureAwait(false)
                : await run.AppendValidatedWithOutcomeAsync([appended], null, token).ConfigureAwait(false);
            var version = new StreamVersion(result.Length.Value - run.History.PrefixLength.Value);
            return AppendContract.Of(run.StreamName, result, 1, version).WithNotes([ledger.Store.Registry.HintFor(input.Type)])
                with { EventId = appended.IdIn(run.StreamName) };
        });
        bus.Register(Fork, async (input, token) =>
            BranchContract.Of(await Forking.RunAsync(ledger, input.Run, new Position(input.At), input.Id, input.Name, token).ConfigureAwait(false)));
        bus.Register(World, async (input, token) =>
        {
            var run = (await StoredRuns.FindAsync(ledger, input.Run, token).ConfigureAwait(false)).WithFaults(input.Strict == true ? WorldFaults.Throw : WorldFaults.Skip);
            return WorldContract.Of(await run.GetWorldAsync(input.At is { } at ? new Position(at) : null, token).ConfigureAwait(false));
        });
        bus.Register(Diff, async (input, token) =>
        {
            var (run, other) = await StoredRuns.FindAsync(ledger, input.Run, input.Other, token).ConfigureAwait(false);
            return DiffContract.Of(await run.DiffAsync(other, cancellationToken: token).ConfigureAwait(false));
        });
        bus.Register(Trace, async (input, token) =>
        {
            var trace = await (await StoredRuns.FindAsync(ledger, input.Run, token).ConfigureAwait(false)).ExplainAsync(input.EventId, token).ConfigureAwait(false);
            return await TraceContract.OfAsync(trace, "causes", ledger.Store.Get<ITaskReader>(), token).ConfigureAwait(false);
        });
    }

    private static async Task<Run> FindOrCreateAsync(AgentLedger ledger, string text, CancellationToken cancellationToken) =>
        await StoredRuns.TryFindAsync(ledger, text, cancellationToken).ConfigureAwait(false) ?? ledger.GetStream(StreamIds.Create(text));
}
