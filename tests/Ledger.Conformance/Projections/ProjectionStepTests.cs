using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Projections;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Projections;

/// <summary>Projections followed event by event.</summary>
public abstract class ProjectionStepTests(ITestEngine engine) : ProjectingStoreTests(engine)
{
    [Fact]
    public async Task World_EachStep_HasTheObjectOfItsEvent_AsTheWorldsThereHaveIt()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync(
        [
            new ObjectCreated("a", "Claim", new JsonObject { ["n"] = new JsonObject { ["x"] = 1, ["y"] = 1 }, ["state"] = "open" }),
            new ObjectCreated("b", "Claim"),
            new ObjectPatched("a", new JsonObject { ["n"] = new JsonObject { ["x"] = 2, ["y"] = 1 } }),
            new ObjectPatched("nothing", new JsonObject { ["x"] = 1 }),
            new RelationCreated("r", "supports", "a", "b"),
            new ObjectRemoved("a"),
            Labelled("kit"),
            new BudgetExhausted(["max_usd=1"]),
        ]);
        var branch = await run.ForkAsync(new Position(6));
        await branch.AppendAsync([new ObjectRemoved("b")]);

        var steps = await run.StepAsync("world").ToListAsync();

        steps.Select(step => step.Position.Value).ShouldBe([0, 1, 2, 3, 4, 5, 6, 7]);
        steps.Select(step => step.Event.Type).ShouldBe((await run.ReadAllAsync()).Select(recorded => recorded.Type));
        steps.Select(step => string.Join(' ', step.Changes.Select(change => $"{change.Path}:{Text(change.Old)}>{Text(change.New)}"))).ShouldBe(
        [
            """:>{"id":"a","type":"Claim","data":{"n":{"x":1,"y":1},"state":"open"}}""",
            """:>{"id":"b","type":"Claim","data":{}}""",
            "/data/n/x:1>2",
            "",
            """:>{"id":"r","type":"supports","source_id":"a","target_id":"b","data":{}}""",
            """:{"id":"a","type":"Claim","data":{"n":{"x":2,"y":1},"state":"open"}}>""",
            "",
            "/budget_exhausted:false>true",
        ]);
        steps[3].Fault.ShouldNotBeNull().ShouldContain("nothing");
        steps.Where((_, i) => i != 3).ShouldAllBe(step => step.Fault == null);
        for (var at = 0; at < 6; at++)
        {
            var world = await run.GetWorldAsync(new Position(at + 1));
            if (steps[at].Event.Type.StartsWith("object.", StringComparison.Ordinal) && at != 3)
            {
                Text(steps[at].After).ShouldBe(world.FindObject(at == 1 ? "b" : "a")?.ToString() ?? "");
            }
        }

        Shown(await run.StepAsync("ledger:world", new Position(2), new Position(4)).ToListAsync()).ShouldBe(Shown(steps[2..4]));
        (await run.StepAsync("world", new Position(9)).ToListAsync()).ShouldBeEmpty();
        Shown([(await branch.StepAsync("world", new Position(7)).ToListAsync())[0]]).ShouldBe(["""7 object.removed {"id":"b","type":"Claim","data":{}}  """]);
    }

    [Fact]
    public async Task Summary_LastStep_IsWhatListsShow()
    {
        var run = Runs.GetRun(NewId());
        await run.CallOnceAsync("llm", JsonElement.Parse("""{"model":"m-1"}"""), _ => Task.FromResult(new Ledger.Runs.CallResponse(JsonElement.Parse("\"x\"")) { CostUsd = 0.5m, InputTokens = 3 }));
        await run.LabelAsync(["nightly"], []);
        var branch = await run.ForkAsync();
        await branch.FailAsync("The fuse is gone");

        var steps = await run.StepAsync("runs").ToListAsync();
        var ofBranch = (await branch.StepAsync("runs", new Position(steps.Count + 1)).ToListAsync()).ShouldHaveSingleItem();

        steps[0].Before.ValueKind.ShouldBe(JsonValueKind.Undefined);
        steps[0].After.GetProperty("status").GetString().ShouldBe("waiting");
        steps[^1].Changes.Select(change => change.Path).ShouldBe(["/labels", "/length"]);
        foreach (var (step, summary) in new[] { (steps[^1], (await run.GetSummaryAsync())!), (ofBranch, (await branch.GetSummaryAsync())!) })
        {
            var state = step.After;
            state.GetProperty("status").GetString().ShouldBe(summary.Status.ToString().ToLowerInvariant());
            state.GetProperty("model_calls").GetInt64().ShouldBe(summary.ModelCalls);
            state.GetProperty("cost_usd").GetDecimal().ShouldBe(summary.Usage.Whole.CostUsd);
            state.GetProperty("tokens").GetInt64().ShouldBe(summary.Usage.Whole.Tokens);
            state.GetProperty("length").GetInt64().ShouldBe(summary.Length.Value);
        }

        ofBranch.Changes.Select(change => change.Path).ShouldBe(["/error", "/length", "/status"]);
        ofBranch.After.GetProperty("own_cost_usd").GetDecimal().ShouldBe(0);
    }

    [Fact]
    public async Task Snapshot_EachStep_HasTheStateBeforeAndAfter_AlsoOfABranch_AndOfJsonThatDoesNotFit()
    {
        var run = await Runs.OpenAsync(await StreamOfAsync(3));
        var branch = await run.ForkAsync(new Position(2));
        await branch.AppendAsync(Events(1, first: 7));

        var steps = await run.StepAsync("tally").ToListAsync();
        var ofBranch = await branch.StepAsync("tally", new Position(2)).ToListAsync();

        steps.Select(step => StateOf(step.Before)).ShouldBe([TallyOf(), TallyOf("1"), TallyOf("1", "2")]);
        steps.Select(step => StateOf(step.After)).ShouldBe([TallyOf("1"), TallyOf("1", "2"), TallyOf("1", "2", "3")]);
        ofBranch.Select(step => (step.Event.Type, StateOf(step.After))).ShouldBe([("branch.created", TallyOf("1", "2")), ("kit.loaded", TallyOf("1", "2", "7"))]);
        ofBranch[0].Changes.ShouldBeEmpty();

        static Tally StateOf(JsonElement state) => state.Deserialize(ProjectionSamplesContext.Default.Tally)!;
    }

    [Fact]
    public async Task Documents_EachStep_HasThoseThatItsEventNames()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new ToolCalled("a+b"), new ToolCalled("b"), Labelled("kit"), new ToolReturned("a"), new ToolReturned("a")]);

        Shown(await run.StepAsync("tool-uses").ToListAsync()).Select(line => line.Replace("tool.called", "c", StringComparison.Ordinal)).ShouldBe(
        [
            """0 c {} {"a":{"Tool":"c","Calls":1},"b":{"Tool":"c","Calls":1}} """,
            """1 c {"b":{"Tool":"c","Calls":1}} {"b":{"Tool":"c","Calls":2}} """,
            "2 kit.loaded   ",
            """3 tool.returned {"a":{"Tool":"c","Calls":1}} {} """,
            "4 tool.returned {} {} ",
        ]);
    }

    [Fact]
    public async Task Projections_ThatCanBeFollowed_AreNamed_AndOthersRefused()
    {
        var run = await Runs.OpenAsync(await StreamOfAsync(1));
        var other = new StreamName($"other:{NewId()}");
        await Store.AppendAsync(other, ExpectedVersion.Any, Events(1));

        run.SteppableProjections.ShouldBe(["ledger:runs", "ledger:world", "tally", "tool-uses"]);
        (await Runs.OpenAsync(other)).SteppableProjections.ShouldBe(["tool-uses"]);
        Should.Throw<ArgumentException>(() => run.StepAsync("ledger:task")).Message.ShouldBe(
            $"'ledger:task' cannot be followed over '{run.StreamName}'. What can be: ledger:runs, ledger:world, tally, tool-uses. "
            + "A projection in SQL has no state to show; one of an application is known where the application declares it.");
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? "" : value.GetRawText();

    private static IReadOnlyList<string> Shown(IEnumerable<ProjectionStep> steps) =>
        [.. steps.Select(step => $"{step.Position} {step.Event.Type} {Text(step.Before)} {Text(step.After)} {step.Fault}")];
}
