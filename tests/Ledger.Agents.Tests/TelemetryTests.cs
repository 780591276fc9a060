using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ledger.Runs;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests;

public sealed class TelemetryTests : IDisposable
{
    private readonly AgentLedger _ledger = new(new MemoryEventStore());
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)> _measured = new();
    private readonly ActivityListener _listener;
    private readonly MeterListener _meters = new();
    private readonly Activity _test = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();

    public TelemetryTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Ledger",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == _test.TraceId)
                {
                    _spans.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Ledger")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.Start();
    }

    [Fact]
    public async Task CallsOfModelsAndTools_HaveSpans_ByTheNamesOfOpenTelemetry()
    {
        var run = _ledger.GetRun("traced");
        var model = ScriptedModel.CallingTools("weather", ["Rome"]);
        var tool = AIFunctionFactory.Create((string city) => $"{city}: sun", "weather").UseLedger(run);
        using var client = model.AsBuilder().UseFunctionInvocation().UseLedger(run).Build();
        await client.GetResponseAsync("How is the weather?", new ChatOptions { ModelId = "scripted", Tools = [tool] });

        var events = await run.ReadAllAsync();
        _spans.Select(s => s.DisplayName).ShouldBe(["chat scripted", "execute_tool weather", "chat scripted"]);
        var chat = _spans.First();
        chat.Kind.ShouldBe(ActivityKind.Client);
        TagsOf(chat).ShouldSatisfyAllConditions(
            t => t["gen_ai.operation.name"].ShouldBe("chat"),
            t => t["gen_ai.conversation.id"].ShouldBe("traced"),
            t => t["gen_ai.request.model"].ShouldBe("scripted"),
            t => t["gen_ai.response.model"].ShouldBe("scripted-1"),
            t => t["gen_ai.usage.input_tokens"].ShouldBe(10L),
            t => t["gen_ai.usage.output_tokens"].ShouldBe(2L),
            t => t["ledger.stream"].ShouldBe("run:traced"),
            t => t["ledger.call.from_log"].ShouldBe(false),
            t => t["ledger.call.request_id"].ShouldBe(events[0].Id.ToString()),
            t => t["ledger.call.response_id"].ShouldBe(events[1].Id.ToString()),
            t => t["ledger.call.position"].ShouldBe(1L));
        events[0].Metadata.TraceParent.ShouldBe(chat.Id);
        var execution = _spans.ElementAt(1);
        TagsOf(execution).ShouldSatisfyAllConditions(
            t => t["gen_ai.operation.name"].ShouldBe("execute_tool"),
            t => t["gen_ai.tool.name"].ShouldBe("weather"),
            t => t["gen_ai.tool.call.id"].ShouldBe(model.Asked[1].SelectMany(m => m.Contents).OfType<FunctionCallContent>().Single().CallId));
    }

    [Fact]
    public async Task AnswerFromTheLog_IsLinkedToWhereItWasRecorded_AndCostsNothing()
    {
        var run = _ledger.GetRun("linked");
        await run.CallAsync("llm", """{"model":"linked-model","messages":[]}""", (_, _) => Task.FromResult(CallResponse.OfText("a") with { InputTokens = 7, OutputTokens = 3 }));
        await run.CallAsync("llm", """{"model":"linked-model","messages":[]}""", (_, _) => throw new InvalidOperationException());

        var (made, answered) = (_spans.First(), _spans.Last());
        answered.Links.Single().Context.SpanId.ShouldBe(made.SpanId);
        TagsOf(answered)["ledger.call.from_log"].ShouldBe(true);
        var ours = _measured.Where(m => m.Tags.GetValueOrDefault("gen_ai.request.model") is "linked-model").ToList();
        ours.Where(m => m.Name == "gen_ai.client.token.usage").Select(m => (m.Value, m.Tags["gen_ai.token.type"])).ShouldBe([(7, "input"), (3, "output")]);
        ours.Count(m => m.Name == "gen_ai.client.operation.duration").ShouldBe(1);
        ours.Where(m => m.Name == "ledger.call.count").Select(m => m.Tags["ledger.call.outcome"]).ShouldBe(["made", "from_log"]);
    }

    [Fact]
    public async Task CallThatFails_HasTheTypeOfItsError_AndNotItsMessage()
    {
        var run = _ledger.GetRun("failing");
        await Should.ThrowAsync<TimeoutException>(
            () => run.CallAsync("tool", """{"tool":"failing-tool"}""", (_, _) => throw new TimeoutException("Key sk-1 is over its limit.")));

        var span = _spans.ShouldHaveSingleItem();
        (span.Status, span.StatusDescription, TagsOf(span)["error.type"]).ShouldBe((ActivityStatusCode.Error, null, "System.TimeoutException"));
        span.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task FailureFromTheLog_SaysSo_AndHasNoDuration()
    {
        var options = new CallOptions { Reuse = CallReuse.ByOccurrence };
        var run = _ledger.GetRun("told");
        await Should.ThrowAsync<TimeoutException>(() => run.CallAsync("lookup", "1", (_, _) => throw new TimeoutException("too slow"), options));
        await run.CallAsync("tool", """{"tool":"next"}""", (_, _) => Task.FromResult(CallResponse.OfText("a")));

        await Should.ThrowAsync<RecordedFailureException>(() => _ledger.GetRun("told").CallAsync("lookup", "1", (_, _) => throw new InvalidOperationException(), options));

        _spans.Select(s => TagsOf(s)["ledger.call.from_log"]).ShouldBe([false, false, true]);
        TagsOf(_spans.Last())["error.type"].ShouldBe("Ledger.Runs.RecordedFailureException");
        MeasuredOf("lookup").ShouldBe([("ledger.call.count", "failed"), ("gen_ai.client.operation.duration", "System.TimeoutException"), ("ledger.call.count", "from_log")]);
    }

    [Fact]
    public async Task RefusedCalls_HaveNoDuration()
    {
        var run = _ledger.GetRun("refused");
        var options = new CallOptions { Approval = ApprovalPolicy.Required };
        Task<CallAnswer> CallAsync() => run.CallAsync("payment", "1", (_, _) => Task.FromResult(CallResponse.OfText("paid")), options);
        await Should.ThrowAsync<ApprovalPendingException>(CallAsync);
        await run.DecideAsync((await run.ListApprovalsAsync()).Single().Id, ApprovalDecision.Denied, "owner");
        await Should.ThrowAsync<ApprovalDeniedException>(CallAsync);
        await run.SetBudgetAsync(new BudgetAmount(Calls: 0));
        options = options with { Approval = ApprovalPolicy.None };
        await Should.ThrowAsync<BudgetExceededException>(CallAsync);

        MeasuredOf("payment").ShouldBe(Enumerable.Repeat(("ledger.call.count", (string?)"refused"), 3));
    }

    public void Dispose()
    {
        _test.Stop();
        _test.Dispose();
        _listener.Dispose();
        _meters.Dispose();
    }

    /// <summary>The measurements of a kind of calls, each with how its call ended.</summary>
    private List<(string Name, string? How)> MeasuredOf(string kind) =>
    [
        .. _measured.Where(m => m.Tags.GetValueOrDefault("gen_ai.operation.name") as string == kind)
            .Select(m => (m.Name, (string?)(m.Tags.GetValueOrDefault("ledger.call.outcome") ?? m.Tags.GetValueOrDefault("error.type")))),
    ];

    private static Dictionary<string, object?> TagsOf(Activity span) => span.TagObjects.ToDictionary(t => t.Key, t => t.Value);

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Enqueue((instrument.Name, value, tags.ToArray().ToDictionary(t => t.Key, t => t.Value)));
}
