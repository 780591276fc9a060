using System.Text.Json;
using Ledger.Events;
using Ledger.Explorer.Steps;
using Ledger.Log;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <summary>What took time in a run, and within what.</summary>
public sealed class StepFoldTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Steps_AreNestedByCauses_WhileTheOuterOneIsOpen()
    {
        var fired = At(0, new ResponderFired("judge"));
        var asked = At(1, new LlmRequest(Model: "small"), fired.Id);
        var answered = At(5, new UntypedEvent("llm.response", Json("""{"text": "?", "cost_usd": 0.5, "usage": {"input_tokens": 100, "output_tokens": 20}}""")), asked.Id);
        var made = At(6, new ObjectCreated("c", "Claim"), answered.Id);
        var called = At(7, new ToolCalled("sonar"), made.Id);
        var failed = At(9, new CallFailed("tool", "wet"), called.Id);
        var completed = At(10, new ResponderCompleted("judge"));
        var after = At(20, new ToolCalled("crane"), answered.Id);
        var open = At(21, new LlmRequest(Model: "large"), after.Id);

        var steps = await StepsAsync(fired, asked, answered, made, called, failed, completed, after, open);

        steps.Select(s => (s.Name, s.Depth, s.State, s.Duration?.TotalSeconds)).ShouldBe(
        [
            ("judge", 0, StepState.Done, 10), ("small", 1, StepState.Done, 4), ("sonar", 1, StepState.Failed, 2),
            ("crane", 0, StepState.Open, null), ("large", 1, StepState.Open, null),
        ]);
        (steps[1].Cost.Usd, steps[1].Tokens, steps[2].Error).ShouldBe((0.5m, 120, "wet"));
        var times = StepTimes.Of(steps, Start.AddSeconds(24));
        (times.Span.TotalSeconds, times.Busy.TotalSeconds, times.LongestGap!.Value.Time.TotalSeconds, times.LongestGap.Value.Before.Name).ShouldBe((24, 14, 10, "crane"));
        times.PlaceOf(steps[2]).ShouldBe((7 / 24.0, 2 / 24.0));
        PathOf(steps, times).ShouldBe("judge 4, small 4, sonar 2, crane 1, large 3");
    }

    [Fact]
    public async Task CriticalPath_LeavesOutWhatWasBesideALongerStep()
    {
        var fired = At(0, new ResponderFired("judge"));
        var slow = At(1, new ToolCalled("slow"), fired.Id);
        var quick = At(2, new ToolCalled("quick"), fired.Id);
        var steps = await StepsAsync(
            fired, slow, quick, Returned(4, quick), Returned(9, slow), At(10, new ResponderCompleted("judge")), At(12, new LlmRequest(Model: "small"), fired.Id));

        PathOf(steps, StepTimes.Of(steps, Start.AddSeconds(15))).ShouldBe("judge 2, slow 8, small 3");

        static NewEvent Returned(int second, NewEvent call) => At(second, new UntypedEvent("tool.returned", Json("""{"result": 1}""")), call.Id);
    }

    [Fact]
    public async Task Steps_OfATask_AreWithinItsCall_AndAMeasuredTimeCounts()
    {
        var called = At(1, new ToolCalled("sonar"), call: "c1");
        var returned = At(3, new UntypedEvent("tool.returned", Json($$"""{"call_id": "{{called.Id}}", "result": 1}""")), call: "c1");
        returned = returned with { Metadata = returned.Metadata with { Headers = new Dictionary<string, JsonElement> { ["call_ms"] = Json("1500") } } };
        var answered = At(4, new CallAnswered("tool", returned.Id), returned.Id);

        var steps = await StepsAsync(called, returned, answered);

        steps.Select(s => (s.Kind, s.Name, s.Depth, s.Duration?.TotalSeconds)).ShouldBe([("task", "c1", 0, 2), ("tool", "sonar", 1, 1.5), ("tool", "from the log", 0, 0)]);
    }

    [Fact]
    public async Task Costs_AreThoseOfTheRun_WithWhatIsStatedAfterTheAnswer()
    {
        var asked = At(0, new LlmRequest(Model: "small"));
        var answered = At(1, new UntypedEvent("llm.response", Json("""{"text": "?", "cost_usd": 0.5, "usage": {"input_tokens": 100, "output_tokens": 20}}""")), asked.Id);
        var used = At(2, new UntypedEvent("llm.usage", Json("""{"cost_usd": 0.25, "usage": {"input_tokens": 7, "output_tokens": 3}}""")), answered.Id);
        var again = At(3, new LlmRequest(Model: "small"));
        var failed = At(4, new UntypedEvent("llm.response", Json("""{"error": "429", "cost_usd": 8}""")), again.Id);
        var run = new AgentLedger(new MemoryEventStore()).GetRun("spent");
        await run.AppendAsync([asked, answered, used, again, failed]);

        var steps = await StepsAsync(asked, answered, used, again, failed);

        var whole = (await run.GetUsageAsync()).Whole;
        (steps.Sum(s => s.Cost.Usd ?? 0), steps.Sum(s => s.Tokens ?? 0)).ShouldBe((whole.CostUsd, whole.Tokens));
        (steps[0].Cost.Usd, steps[0].Tokens, steps[1].State).ShouldBe((0.75m, 130, StepState.Failed));
    }

    [Theory]
    [InlineData(CallStatus.Completed, StepState.Done, 2)]
    [InlineData(CallStatus.Failed, StepState.Failed, 2)]
    [InlineData(CallStatus.InProgress, StepState.Open, null)]
    [InlineData(null, StepState.Unknown, 2)]
    public async Task CallOfATask_IsInTheStateThatTheTaskHasItIn(CallStatus? status, object state, int? seconds)
    {
        var step = (await StepsAsync(At(1, new ToolCalled("sonar"), call: "c1"), At(3, new ToolCalled("crane"), call: "c1")))[0];

        step.State.ShouldBe(StepState.Unknown);
        step.SettleTask(status);

        (step.State, step.Duration?.TotalSeconds).ShouldBe(((StepState)state, seconds));
    }

    private static async Task<IReadOnlyList<RunStep>> StepsAsync(params NewEvent[] events)
    {
        var run = new AgentLedger(new MemoryEventStore()).GetRun("timed");
        await run.AppendAsync(events);
        var fold = new StepFold(recorded => recorded.Metadata.OccurredAt!.Value);
        await foreach (var recorded in run.ReadAsync())
        {
            fold.Take(recorded);
        }

        return fold.Steps;
    }

    private static NewEvent At(int second, object data, Guid? cause = null, string? call = null) => new(
        data, new EventMetadata { OccurredAt = Start.AddSeconds(second), Causes = cause is { } id ? [id] : [], CallId = call });

    private static string PathOf(IReadOnlyList<RunStep> steps, StepTimes times)
    {
        var path = CriticalPath.Of(steps, times);
        return string.Join(", ", steps.Where(path.ContainsKey).Select(step => $"{step.Name} {path[step].TotalSeconds}"));
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
