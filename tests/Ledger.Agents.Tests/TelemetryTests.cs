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
    public async Task CallThatFails_HasItsError()
    {
        var run = _ledger.GetRun("failing");
        await Should.ThrowAsync<TimeoutException>(
            () => run.CallAsync("tool", """{"tool":"failing-tool"}""", (_, _) => throw new TimeoutException("too slow")));

        var span = _spans.ShouldHaveSingleItem();
        (span.Status, span.StatusDescription, TagsOf(span)["error.type"]).ShouldBe((ActivityStatusCode.Error, "too slow", "System.TimeoutException"));
    }

    public void Dispose()
    {
        _test.Stop();
        _test.Dispose();
        _listener.Dispose();
        _meters.Dispose();
    }

    private static Dictionary<string, object?> TagsOf(Activity span) => span.TagObjects.ToDictionary(t => t.Key, t => t.Value);

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Enqueue((instrument.Name, value, tags.ToArray().ToDictionary(t => t.Key, t => t.Value)));
}
