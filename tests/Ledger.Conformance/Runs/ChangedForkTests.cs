using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>A branch that begins with other data in the place of an event.</summary>
public abstract class ChangedForkTests(ITestEngine engine) : EventStoreTests(engine)
{
    private const string Depth = """{"tool":"sonar","arguments":{"quay":"north"}}""";
    private const string Report = """{"tool":"write","arguments":{}}""";

    [Fact]
    public async Task Change_ResultOfATool_IsTheAnswerThatAnAgentGetsThere()
    {
        var run = Runs.GetRun(NewId());
        await run.CallOnceAsync("tool", Depth, Answering("4"), new EventMetadata { Actor = "agent" });
        await run.CallOnceAsync("tool", Report, Answering("\"shallow\""));
        var before = await run.ReadAllAsync();
        var data = JsonElement.Parse($$"""{"call_id":"{{before[0].Id}}","result":12}""");

        var made = await run.ForkWithChangeAsync(
            new Position(1), data, new ForkOptions { Id = NewId(), Name = "what if", Metadata = new EventMetadata { Actor = "me", Source = "desk" } });

        var events = await made.Branch.ReadAllAsync();
        events.Select(e => e.Type).ShouldBe(["tool.called", "branch.created", "tool.returned"]);
        var changed = events[2];
        (made.EventId, made.Position, made.Replaced.Id).ShouldBe((changed.Id, new Position(2), before[1].Id));
        ChangedFork.ReplacedBy(changed).ShouldBe(before[1].Id);
        ChangedFork.ReplacedBy(before[1]).ShouldBeNull();
        (changed.Metadata.Actor, changed.Metadata.Source, events[1].Metadata.Actor).ShouldBe(("me", "desk", "me"));
        changed.Metadata.Causes.ShouldBe([before[0].Id]);
        changed.Metadata.Headers.ContainsKey("call_ms").ShouldBeFalse();

        // The agent that runs there again makes only the call after it.
        var again = await Runs.OpenAsync(made.Branch.StreamName);
        var answer = await again.CallOnceAsync("tool", Depth, _ => throw new InvalidOperationException("It is in the log."));
        (answer.Response.GetInt32(), answer.IsFromLog).ShouldBe((12, true));
        (await again.CallOnceAsync("tool", Report, Answering("\"deep\""))).Response.GetString().ShouldBe("deep");
        (await run.ReadAllAsync()).Select(e => e.Id).ShouldBe(before.Select(e => e.Id));
    }

    [Fact]
    public async Task Change_EventOfTheWorld_ChangesItThereAlone_AndWhatCannotBeAppliedWritesNothing()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new ObjectCreated("quay", "Quay", new JsonObject { ["depth"] = 4 }), new ObjectPatched("quay", new JsonObject { ["depth"] = 5 }), Labelled("later")]);

        var branch = (await run.ForkWithChangeAsync(new Position(1), JsonElement.Parse("""{"id":"quay","patch":{"depth":9}}"""))).Branch;
        var first = (await run.ForkWithChangeAsync(Position.Start, JsonElement.Parse("""{"id":"quay","type":"Quay","data":{"depth":1}}"""))).Branch;

        (await branch.FindObjectAsync("quay"))!.Data["depth"].GetInt32().ShouldBe(9);
        (await first.FindObjectAsync("quay"))!.Data["depth"].GetInt32().ShouldBe(1);
        (await run.FindObjectAsync("quay"))!.Data["depth"].GetInt32().ShouldBe(5);
        var fault = await Should.ThrowAsync<WorldFaultException>(() => run.ForkWithChangeAsync(new Position(1), JsonElement.Parse("""{"id":"pier","patch":{}}""")));
        (fault.Position, fault.EventType).ShouldBe((new Position(1), "object.patched"));
        await Should.ThrowAsync<InvalidEventException>(() => run.ForkWithChangeAsync(new Position(2), JsonElement.Parse("""{"kit":"\u0000"}""")));
        (await Should.ThrowAsync<PositionOutOfRangeException>(() => run.ForkWithChangeAsync(new Position(3), JsonElement.Parse("{}")))).Length.ShouldBe(new Position(3));
        (await Should.ThrowAsync<ArgumentException>(() => branch.ForkWithChangeAsync(new Position(1), JsonElement.Parse("{}")))).Message
            .ShouldBe($"The event at position 1 of '{branch.StreamName}' is 'branch.created', which describes the branch and cannot be changed. Fork before it instead. (Parameter 'position')");
        (await Runs.ListBranchesAsync(run.StreamName)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Change_IdThatIsTaken_IsRefused_AndAChangeOfAChangeNamesTheOneThere()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new NewEvent(Labelled("a"), new EventMetadata { ForeignId = "file-1", Headers = new Dictionary<string, JsonElement> { ["own"] = JsonElement.Parse("1") } })]);
        var data = JsonElement.Parse("""{"kit":"b"}""");
        var made = await run.ForkWithChangeAsync(Position.Start, data, new ForkOptions { Id = NewId() });

        await Should.ThrowAsync<BranchExistsException>(() => run.ForkWithChangeAsync(Position.Start, data, new ForkOptions { Id = made.Branch.Id }));
        var again = await made.Branch.ForkWithChangeAsync(new Position(1), JsonElement.Parse("""{"kit":"c"}"""));

        var there = (await made.Branch.FindEventAsync("file-1"))!;
        (there.Id, there.Metadata.Headers["own"].GetInt32()).ShouldBe((made.EventId, 1));
        ChangedFork.ReplacedBy((await again.Branch.ReadAllAsync())[^1]).ShouldBe(made.EventId);
        Labels(await again.Branch.ReadAllAsync()).ShouldBe(["fork", "fork", "c"]);
    }

    [Fact]
    public async Task Change_PickedElsewhere_OrAHeaderOfTheApplication_IsNoChangedEvent()
    {
        var run = Runs.GetRun(NewId());
        var own = new EventMetadata { Headers = new Dictionary<string, JsonElement> { [ChangedFork.Header] = JsonElement.Parse($"\"{Guid.NewGuid()}\"") } };
        await run.AppendAsync([new ObjectCreated("quay", "Quay"), new NewEvent(Labelled("own"), own)]);
        var made = await run.ForkWithChangeAsync(Position.Start, JsonElement.Parse("""{"id":"pier","type":"Pier","data":{}}"""), new ForkOptions { Id = NewId() });

        await run.CherryPickAsync(made.Branch, [made.EventId]);

        var events = await run.ReadAllAsync();
        var picked = events.Single(e => e.Metadata.Causes.Contains(made.EventId) && e.Type == events[0].Type);
        picked.Metadata.Headers.ContainsKey(ChangedFork.Header).ShouldBeFalse();
        events.ShouldAllBe(e => ChangedFork.ReplacedBy(e) == null);
        events[1].Metadata.Headers.ContainsKey(ChangedFork.Header).ShouldBeTrue();
        ChangedFork.ReplacedBy((await made.Branch.ReadAllAsync())[^1]).ShouldBe(events[0].Id);
    }

    private static Func<CancellationToken, Task<CallResponse>> Answering(string json) => _ => Task.FromResult(new CallResponse(JsonElement.Parse(json)));
}
