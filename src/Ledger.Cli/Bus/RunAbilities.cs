using System.Text.Json;
using Ledger.Bus;
using Ledger.Cli.Connections;
using Ledger.Cli.Events;
using Ledger.Cli.Streams;
using Ledger.Events;
using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Cli.Bus;

/// <summary>Runs, forks, worlds and causes as abilities, for agents built with any framework.</summary>
internal static class RunAbilities
{
    private static readonly RunAbilityContext Json = RunAbilityContext.Default;

    private static readonly AbilityMeta<RunListInput, RunListOutput> List =
        new("run:list", "Lists the runs, sorted by id.", Json.RunListInput, Json.RunListOutput);

    private static readonly AbilityMeta<RunEventsInput, RunEventsOutput> Events =
        new("run:events", "Reads the events of a run or branch, one page at a time.", Json.RunEventsInput, Json.RunEventsOutput);

    private static readonly AbilityMeta<RunAppendInput, RunLengthOutput> Append =
        new("run:append", "Appends an event to a run or branch; a run that does not exist is created.", Json.RunAppendInput, Json.RunLengthOutput);

    private static readonly AbilityMeta<RunForkInput, RunForkOutput> Fork =
        new("run:fork", "Forks a run or branch: the branch shares its first events and then continues on its own.", Json.RunForkInput, Json.RunForkOutput);

    private static readonly AbilityMeta<RunWorldInput, JsonElement> World =
        new("run:world", "Returns the objects and relations that the events of a run or branch describe.", Json.RunWorldInput, Json.JsonElement);

    private static readonly AbilityMeta<RunDiffInput, RunDiffOutput> Diff =
        new("run:diff", "Returns the differences between the worlds of two runs or branches.", Json.RunDiffInput, Json.RunDiffOutput);

    private static readonly AbilityMeta<RunTraceInput, RunEventsOutput> Trace =
        new("run:trace", "Returns why an event of a run or branch happened: its causes, and their causes in turn.", Json.RunTraceInput, Json.RunEventsOutput);

    public static void Register(IAgentBus bus, LedgerConnection connection)
    {
        var ledger = connection.Ledger;
        bus.Register(List, async (_, token) => new RunListOutput { Runs = await ledger.ListRunsAsync(token).Select(RunOutput.Of).ToListAsync(token) });
        bus.Register(Events, async (input, token) =>
        {
            var run = await OpenAsync(ledger, input.Run, token);
            var events = run.ReadAsync(new Position(input.From ?? 0), cancellationToken: token).Where(e => e.Is(null, input.CallId));
            return new RunEventsOutput { Events = await events.Take(input.Limit ?? 100).Select(RunEvent.Of).ToListAsync(token) };
        });
        bus.Register(Append, async (input, token) =>
        {
            var run = await FindOrCreateAsync(ledger, input.Run, token);
            var appended = new NewEvent(new UntypedEvent(input.Type, input.Data), new EventMetadata { Actor = input.Actor, CallId = input.CallId, ForeignId = input.Id });
            var result = input.Validate == false
                ? await run.AppendWithOutcomeAsync([appended], null, token)
                : await run.AppendValidatedWithOutcomeAsync([appended], null, token);
            return new RunLengthOutput
            {
                Length = result.Length.Value,
                EventId = appended.IdIn(run.StreamName),
                WasThere = result.Outcome == AppendOutcome.AlreadyWritten,
                Note = ledger.Store.Registry.HintFor(input.Type),
            };
        });
        bus.Register(Fork, async (input, token) =>
        {
            var parent = await StreamIds.FindAsync(ledger.Store, input.Run, token);
            var options = new ForkOptions { Id = StreamIds.NewId("branch", input.Id), Name = input.Name };
            var branch = await ledger.ForkAsync(parent, new Position(input.At), options, token);
            return new RunForkOutput { BranchId = branch.StreamName.Id, ForkPosition = input.At };
        });
        bus.Register(World, async (input, token) =>
        {
            var run = (await OpenAsync(ledger, input.Run, token)).WithFaults(input.Strict == true ? WorldFaults.Throw : WorldFaults.Skip);
            var world = await run.GetWorldAsync(input.At is { } at ? new Position(at) : null, token);
            using var document = JsonDocument.Parse(world.ToString());
            return document.RootElement.Clone();
        });
        bus.Register(Diff, async (input, token) =>
        {
            var diff = await (await OpenAsync(ledger, input.Run, token)).DiffAsync(await OpenAsync(ledger, input.Other, token), cancellationToken: token);
            using var document = JsonDocument.Parse(diff.ToString());
            return new RunDiffOutput { Summary = diff.Summary(), Diff = document.RootElement.Clone() };
        });
        bus.Register(Trace, async (input, token) =>
        {
            var trace = await (await OpenAsync(ledger, input.Run, token)).ExplainAsync(input.EventId, token);
            return new RunEventsOutput { Events = [.. trace.Events.Select(RunEvent.Of)] };
        });
    }

    private static async Task<Run> OpenAsync(AgentLedger ledger, string text, CancellationToken cancellationToken) =>
        await ledger.OpenAsync(await StreamIds.FindAsync(ledger.Store, text, cancellationToken), cancellationToken);

    private static async Task<Run> FindOrCreateAsync(AgentLedger ledger, string text, CancellationToken cancellationToken) =>
        await StreamIds.TryFindAsync(ledger.Store, text, cancellationToken) is { } stream
            ? await ledger.OpenAsync(stream, cancellationToken)
            : ledger.GetStream(StreamIds.Create(text));
}
