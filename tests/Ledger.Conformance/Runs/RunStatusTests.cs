using System.Text.Json;
using Ledger.Events;
using Ledger.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>What the events of a run say about how it is doing.</summary>
public abstract class RunStatusTests(ITestEngine engine) : PolledToolTests(engine)
{
    private static readonly JsonElement Ask = JsonElement.Parse(
        """{"model":"m-1","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why did the\n kettle break?"}]}""");

    private static readonly JsonElement ToolCall = JsonElement.Parse(
        """{"model":"m-1","choices":[{"finish_reason":"tool_calls","message":{"tool_calls":[{"id":"1"}]}}],"usage":{"input_tokens":7,"output_tokens":3},"cost_usd":0.5}""");

    private static readonly JsonElement Answer = JsonElement.Parse("""{"model":"m-2","text":"It was old.","cost_usd":0.25}""");

    [Fact]
    public async Task Run_FromItsFirstEventToItsEnd_HasTheStatusOfEachMoment()
    {
        var run = Runs.GetRun(NewId());
        (await run.GetSummaryAsync()).ShouldBeNull();
        await Runs.StartRunAsync(run.Id);
        (await run.GetSummaryAsync()).ShouldBeNull();

        await ShouldBecomeAsync(run, RunStatus.Running, new ObjectCreated("o", "Thing", []));
        await ShouldBecomeAsync(run, RunStatus.Running, new UntypedEvent("llm.request", Ask));
        await ShouldBecomeAsync(run, RunStatus.Running, new UntypedEvent("llm.response", ToolCall));
        await ShouldBecomeAsync(run, RunStatus.Running, new ToolCalled("look"));
        await ShouldBecomeAsync(run, RunStatus.Running, new UntypedEvent("tool.returned", JsonElement.Parse("""{"result":1}""")));
        await ShouldBecomeAsync(run, RunStatus.Done, new UntypedEvent("llm.response", Answer));
        await ShouldBecomeAsync(run, RunStatus.Done, new RunRenamed("The kettle"));
        await ShouldBecomeAsync(run, RunStatus.Running, new ObjectPatched("o", []));
        await ShouldBecomeAsync(run, RunStatus.Failed, new CallFailed("tool", "no power"));
        await ShouldBecomeAsync(run, RunStatus.Running, new ToolCalled("look"));
        await ShouldBecomeAsync(run, RunStatus.Failed, new ResponderFailed("cook", "no water"));
        await ShouldBecomeAsync(run, RunStatus.Failed, new RunFailed("given up"));
        await ShouldBecomeAsync(run, RunStatus.Done, new RunCompleted());
        await ShouldBecomeAsync(run, RunStatus.Running, new KitLoaded("k"));

        var summary = (await run.GetSummaryAsync())!;
        (summary.Title, summary.Model, summary.ModelCalls, summary.ToolCalls).ShouldBe(("The kettle", "m-2", 1, 2));
        summary.Usage.ShouldBe(new RunUsage(new CallTotals(4, 1, 0, 0.75m, 0, 10, 0), null));
        (summary.Version.Value, summary.Length.Value, summary.Error).ShouldBe((14, 14, null));
        var events = await run.ReadAllAsync();
        (summary.StartedAt, summary.UpdatedAt).ShouldBe((events[0].Timestamp, events[^1].Timestamp));
    }

    [Fact]
    public async Task Run_ThatHasEnded_IsNotReopened_ByACallThatWasUnderWay()
    {
        foreach (var (end, status, error) in new (object, RunStatus, string?)[] { (new RunFailed("given up"), RunStatus.Failed, "given up"), (new RunCompleted(), RunStatus.Done, null) })
        {
            var run = Runs.GetRun(NewId());
            var begun = await BeginAndHangAsync(run.Id);
            await ShouldBecomeAsync(run, status, end);
            await ShouldBecomeAsync(run, status, new UntypedEvent("llm.response", ToolCall));
            await ShouldBecomeAsync(run, status, new UntypedEvent("llm.response", Answer));
            await ShouldBecomeAsync(run, status, new CallFailed("tool", "no power"));
            await run.ReleaseCallAsync(begun.RequestId);

            var summary = (await run.GetSummaryAsync())!;
            (summary.Status, summary.Error, summary.OpenCalls.Count).ShouldBe((status, error, 0));
            (summary.Usage.Whole.Calls, summary.Usage.Whole.Failed).ShouldBe((3, 1));
            await ShouldBecomeAsync(run, RunStatus.Running, new ToolCalled("look"));
        }
    }

    [Theory]
    [InlineData("""{"exit_status":"submitted (exit_cost)","cost_usd":1}""", RunStatus.Done, null)]
    [InlineData("""{"exit_status":"exit_error"}""", RunStatus.Failed, "exit_error")]
    [InlineData("""{"metrics":{},"error":"No cup."}""", RunStatus.Failed, "No cup.")]
    [InlineData("""{"cost_usd":1}""", RunStatus.Done, null)]
    public async Task Recording_ThatHasEnded_IsDoneOrFailed_UntilMoreOfItIsImported(string ended, RunStatus status, string? error)
    {
        var run = await StartAsync(NewId(), new UntypedEvent("llm.response", ToolCall), new KitLoaded("k"));
        await ShouldBecomeAsync(run, status, new UntypedEvent("recording.ended", JsonElement.Parse(ended)));
        (await run.GetSummaryAsync())!.Error.ShouldBe(error);
        await ShouldBecomeAsync(run, RunStatus.Running, new UntypedEvent("llm.request", Ask));
    }

    [Fact]
    public async Task Recording_ThatEndsWithAFailure_HasFailed_UnlessItStatesAnotherResult()
    {
        var run = await StartAsync(NewId(), new CallFailed("tool", "no power"));
        await ShouldBecomeAsync(run, RunStatus.Failed, new UntypedEvent("recording.ended", JsonElement.Parse("""{"cost_usd":1}""")));
        (await run.GetSummaryAsync())!.Error.ShouldBe("no power");
        await ShouldBecomeAsync(run, RunStatus.Done, new UntypedEvent("recording.ended", JsonElement.Parse("""{"exit_status":"Submitted"}""")));
    }

    [Fact]
    public async Task Branch_ThatHasOnlyBegun_IsDone_UntilItHasWorkOfItsOwn()
    {
        var run = await StartAsync(NewId(), new ToolCalled("look"), new RunFailed("no"));
        var branch = await run.ForkAsync(new Position(1), new ForkOptions { Name = "again" });
        (await branch.GetSummaryAsync())!.Status.ShouldBe(RunStatus.Done);
        await ShouldBecomeAsync(branch, RunStatus.Done, new RunLabelled(["nightly"]));
        await ShouldBecomeAsync(branch, RunStatus.Running, new UntypedEvent("tool.returned", JsonElement.Parse("""{"result":1}""")));
    }

    private static async Task ShouldBecomeAsync(Run run, RunStatus status, object next)
    {
        await run.AppendAsync([next]);
        var summary = (await run.GetSummaryAsync())!;
        (summary.Status, summary.WaitsFor).ShouldBe((status, null), next.ToString());
        (summary.Error is not null).ShouldBe(status == RunStatus.Failed, next.ToString());
    }

    private async Task<Run> StartAsync(string id, params object[] events)
    {
        var run = Runs.GetRun(id);
        await run.AppendAsync(events);
        return run;
    }
}
