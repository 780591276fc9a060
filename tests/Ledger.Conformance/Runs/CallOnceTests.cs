using System.Text.Json;
using Ledger.Events;
using Ledger.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>A call is made once for a history: a repeated call gets the recorded answer.</summary>
public abstract class CallOnceTests(ITestEngine engine) : EventStoreTests(engine)
{
    private const string Question = """{"model":"m-1","messages":[{"role":"user","content":"2 + 2?"}],"temperature":1}""";

    // The same by value.
    private const string Respelled = """{"temperature":1.0,"messages":[{"content":"2 + 2?","role":"user"}],"model":"m-1"}""";

    private int _calls;

    [Fact]
    public async Task CallOnce_NewRequest_IsMadeAndRecorded()
    {
        var run = Runs.GetRun(NewId());

        var answer = await run.CallOnceAsync("llm", Question, Answering("4", cost: 0.25m), new EventMetadata { Actor = "agent" });

        (answer.Text, answer.IsFromLog, answer.Position).ShouldBe(("4", false, new Position(1)));
        answer.Cost.ShouldBe(new CallCost(0.25m, 10, 2));
        var events = await run.ReadAllAsync();
        events.Select(e => e.Type).ShouldBe(["llm.request", "llm.response"]);
        ShouldBe(events[0].ToJsonElement(), Question);
        ShouldBe(events[1].ToJsonElement(), """{"text":"4","cost_usd":0.25,"input_tokens":10,"output_tokens":2}""");
        events[0].Data.ShouldBeOfType<LlmRequest>().Model.ShouldBe("m-1");
        events[1].Metadata.Causes.ShouldBe([events[0].Id]);
        events.ShouldAllBe(e => e.Metadata.Actor == "agent");
        answer.ResponseId.ShouldBe(events[1].Id);
    }

    [Theory]
    [InlineData("tool", """{"tool":"add","arguments":[2,2]}""", "tool.called", """{"tool":"add","arguments":[2,2]}""", "tool.returned")]
    [InlineData("tool", """[2,2]""", "tool.called", """{"arguments":[2,2]}""", "tool.returned")]
    [InlineData("llm", "\"2 + 2?\"", "llm.request", """{"messages":"2 + 2?"}""", "llm.response")]
    [InlineData("weather", "null", "call.requested", """{"kind":"weather","request":null}""", "call.returned")]
    public async Task CallOnce_AnyKindAndJson_IsAnsweredAgain(string kind, string request, string type, string data, string responseType)
    {
        var run = Runs.GetRun(NewId());
        var content = JsonElement.Parse("""{"sum":4}""");
        Task<CallResponse> Call(CancellationToken cancellationToken) => Task.FromResult(new CallResponse(content));

        var first = await run.CallOnceAsync(kind, request, Call);
        var second = await Runs.GetRun(run.Id).CallOnceAsync(kind, request, Never);

        var events = await run.ReadAllAsync();
        events.Select(e => e.Type).ShouldBe([type, responseType, "call.answered"]);
        ShouldBe(events[0].ToJsonElement(), data);
        ShouldBe(first.Response, """{"sum":4}""");
        ShouldBe(second.Response, """{"sum":4}""");
        (first.IsFromLog, second.IsFromLog, second.ResponseId).ShouldBe((false, true, first.ResponseId));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a\\u0000")]
    public async Task CallOnce_CostBesideTheResponse_TakesThePlaceOfItsMembers(string text)
    {
        var run = Runs.GetRun(NewId());
        var content = JsonElement.Parse($$"""{"input_tokens":1,"text":"{{text}}","cost_usd":9,"output_tokens":3}""");

        var first = await run.CallOnceAsync("llm", Question, _ => Task.FromResult(new CallResponse(content) { CostUsd = 0.5m, InputTokens = 2 }));
        var again = await Runs.GetRun(run.Id).CallOnceAsync("llm", Question, Never);

        foreach (var answer in new[] { first, again })
        {
            answer.Response.EnumerateObject().Select(m => m.Name).ShouldBe(["text", "cost_usd", "input_tokens", "output_tokens"], ignoreOrder: true);
            answer.Response.GetProperty("input_tokens").GetInt64().ShouldBe(2);
            answer.Cost.ShouldBe(new CallCost(0.5m, 2, 3));
        }
    }

    [Fact]
    public async Task CallOnce_SameRequestByValue_IsAnsweredFromTheLog()
    {
        var run = Runs.GetRun(NewId());
        var first = await run.CallOnceAsync("llm", Question, Answering("4", cost: 0.25m));

        var again = await run.CallOnceAsync("llm", Respelled, Never);
        await run.CallOnceAsync("llm", """{"model":"m-2"}""", Answering("other"));
        await run.CallOnceAsync("weather", Question, Answering("other kind"));

        (again.Text, again.IsFromLog, again.ResponseId, again.Cost).ShouldBe(("4", true, first.ResponseId, first.Cost));
        _calls.ShouldBe(3);
        var answered = (await run.ReadAllAsync())[2];
        answered.Data.ShouldBeOfType<CallAnswered>().ShouldBe(new CallAnswered("llm", first.ResponseId, 0.25m, 10, 2));
        answered.Metadata.Causes.ShouldBe([first.ResponseId]);
    }

    [Fact]
    public async Task CallOnce_Branch_AnswersFromThePrefixAlone()
    {
        var run = Runs.GetRun(NewId());
        await run.CallOnceAsync("llm", "1", Answering("one"));
        await run.CallOnceAsync("llm", "2", Answering("two"));
        var branch = await (await run.ForkAsync(new Position(3))).ForkAsync(new Position(4));

        // At position 2 is the second request, and its response is after the fork: the call is made again, without waiting for the parent.
        (await branch.CallOnceAsync("llm", "1", Never)).Text.ShouldBe("one");
        (await branch.CallOnceAsync("llm", "2", Answering("two again"))).Text.ShouldBe("two again");
        (await branch.CallOnceAsync("llm", "2", Never)).Text.ShouldBe("two again");
        (await run.CallOnceAsync("llm", "2", Never)).Text.ShouldBe("two");
        _calls.ShouldBe(3);
    }

    [Fact]
    public async Task CallOnce_Failure_IsRecordedAndNotReused()
    {
        var run = Runs.GetRun(NewId());
        var refused = await Should.ThrowAsync<TimeoutException>(
            () => run.CallOnceAsync("llm", Question, _ => throw new TimeoutException("The model is away.")));
        refused.Message.ShouldBe("The model is away.");
        using var cancelled = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(() => run.CallOnceAsync(
            "llm",
            Question,
            async token =>
            {
                await cancelled.CancelAsync();
                token.ThrowIfCancellationRequested();
                return CallResponse.OfText("");
            },
            cancellationToken: cancelled.Token));
        await Should.ThrowAsync<InvalidOperationException>(() => run.CallOnceAsync("llm", Question, _ => Task.FromResult<CallResponse>(null!)));
        await Should.ThrowAsync<InvalidOperationException>(() => run.CallOnceAsync("llm", Question, _ => Task.FromResult(new CallResponse(default(JsonElement)))));

        (await run.CallOnceAsync("llm", Question, Answering("4"))).Text.ShouldBe("4");

        var events = await run.ReadAllAsync();
        events.Select(e => e.Type).ShouldBe([.. Enumerable.Repeat(new[] { "llm.request", "call.failed" }, 4).SelectMany(t => t), "llm.request", "llm.response"]);
        events[1].Data.ShouldBe(new CallFailed("llm", "TimeoutException: The model is away."));
        events[1].Metadata.Causes.ShouldBe([events[0].Id]);
        (await run.GetUsageAsync()).Whole.ShouldBe(new CallTotals(5, 4, 0, 0, 0, 12, 0));
    }

    [Theory]
    [InlineData("hello", "'h' is an invalid start of a value.")]
    [InlineData("", "The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true.")]
    [InlineData("{} x", "'x' is invalid after a single JSON value. Expected end of data.")]
    public async Task CallOnce_RequestThatIsNotJson_IsRefused(string request, string reason)
    {
        var run = Runs.GetRun(NewId());

        await RefusedAsync<ArgumentException>(
            () => run.CallOnceAsync("llm", request, Never),
            $"The request of a call must be JSON: {reason} Put a plain text in quotes. (Parameter 'request')");
        await RefusedAsync<ArgumentException>(
            () => run.CallOnceAsync("llm", default(JsonElement), Never),
            "The request of a call must be JSON, but the element is undefined. (Parameter 'request')");
        await Should.ThrowAsync<InvalidEventException>(() => run.CallOnceAsync("llm", "\"\\u0000\"", Never));
        await Should.ThrowAsync<ArgumentException>(() => run.CallOnceAsync("", "1", Never));
        (await run.GetLengthAsync()).ShouldBe(Position.Start);
    }

    [Fact]
    public async Task CallOnce_RecordedByOthers_IsAnsweredFromTheLog()
    {
        var run = Runs.GetRun(NewId());
        var asked = new NewEvent(new UntypedEvent("llm.request", JsonElement.Parse(Question)));
        var failed = new NewEvent(new UntypedEvent("tool.called", JsonElement.Parse("""{"tool":"t"}""")));
        var called = new NewEvent(new UntypedEvent("tool.called", JsonElement.Parse("""{"tool":"u"}""")), new EventMetadata { ForeignId = "c1" });
        await run.AppendAsync([
            asked,
            new NewEvent(new LlmResponse("4", CostUsd: 0.5m), new EventMetadata { Causes = [asked.Id] }),
            failed,
            new NewEvent(new UntypedEvent("tool.returned", JsonElement.Parse($$"""{"call_id":"{{failed.Id}}","error":"no"}"""))),
            called,
            new NewEvent(new ToolReturned("c1", JsonElement.Parse("7"))),
            new NewEvent(new UntypedEvent("llm.request", JsonElement.Parse("\"named\"")), new EventMetadata { ForeignId = "q2" }),
            new NewEvent(new LlmResponse("5"), new EventMetadata { ForeignCauses = ["unknown", "q2"] }),
        ]);

        (await run.CallOnceAsync("llm", Respelled, Never)).Text.ShouldBe("4");
        (await run.CallOnceAsync("llm", "\"named\"", Never)).Text.ShouldBe("5");
        ShouldBe((await run.CallOnceAsync("tool", """{"tool":"u"}""", Never)).Response, "7");
        (await run.CallOnceAsync("tool", """{"tool":"t"}""", Answering("yes"))).IsFromLog.ShouldBeFalse();
    }

    [Fact]
    public async Task GetUsage_RunAndBranch_SpentAndSaved()
    {
        var run = Runs.GetRun(NewId());
        await run.CallOnceAsync("llm", "1", Answering("one", cost: 0.25m));
        await run.CallOnceAsync("llm", "2", Answering("two", cost: 0.5m));
        var branch = await run.ForkAsync(new Position(4));
        await branch.CallOnceAsync("llm", "1", Never);
        await branch.CallOnceAsync("llm", "2", Never);
        await branch.CallOnceAsync("llm", "3", Answering("three", cost: 1m));

        (await run.GetUsageAsync()).ShouldBe(new RunUsage(new CallTotals(2, 0, 0, 0.75m, 0, 24, 0), null));
        (await branch.GetUsageAsync()).ShouldBe(new RunUsage(
            new CallTotals(3, 0, 2, 1.75m, 0.75m, 36, 24), new CallTotals(1, 0, 2, 1m, 0.75m, 12, 24)));
        (await (await run.ForkAsync(Position.Start)).GetUsageAsync()).SinceFork.ShouldBe(CallTotals.None);
    }

    private Func<CancellationToken, Task<CallResponse>> Answering(string text, decimal? cost = null) => _ =>
    {
        Interlocked.Increment(ref _calls);
        return Task.FromResult(CallResponse.OfText(text) with { CostUsd = cost, InputTokens = 10, OutputTokens = 2 });
    };

    private static Task<CallResponse> Never(CancellationToken cancellationToken) => throw new InvalidOperationException("The call was made.");

    private static void ShouldBe(JsonElement value, string expected) =>
        Json.JsonEquality.Instance.Equals(value, JsonElement.Parse(expected)).ShouldBeTrue($"{value} is not {expected}");
}
