using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Files;
using Ledger.Runs;
using Ledger.Testing.Replays;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests.Replays;

public sealed class AgentReplayTests
{
    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Fact]
    public async Task Replay_SameAgent_MakesNoCallAndFindsNoDifference()
    {
        var recording = await RecordAsync();
        var replay = await AgentReplay.OfAsync(recording);
        var calls = 0;

        await RunAsync(replay.Run, "Rome", () => calls++);

        await replay.CheckAsync();
        calls.ShouldBe(0);
        replay.RecordedCalls.ShouldBe(4);
        replay.ReplayedCalls.ShouldBe(4);
    }

    [Fact]
    public async Task Replay_OfAFile_IsThatOfTheRun()
    {
        var recording = await RecordAsync();
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(path, (await recording.ReadAllAsync()).Select(LineOf));

            // sample: golden run
            var replay = await AgentReplay.OfFileAsync(path);
            await RunAsync(replay.Run, "Rome", () => throw new InvalidOperationException("A call went out."));
            await replay.CheckAsync();
            // end of sample
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Replay_OtherRequest_FailsClosedAndNamesBothSides()
    {
        var replay = await AgentReplay.OfAsync(await RecordAsync());
        var calls = 0;

        var thrown = await Should.ThrowAsync<ReplayDivergenceException>(() => RunAsync(replay.Run, "Paris", () => calls++));

        calls.ShouldBe(0);
        thrown.Message.ShouldBe(
            "Call 2 is not in the recording: kind 'tool', {\"tool\":\"weather\",\"city\":\"Paris\"}. The next that was recorded is at position 2, kind 'tool', "
            + "{\"tool\":\"weather\",\"city\":\"Rome\"}: at $.city the recording has \"Rome\", the agent \"Paris\".");
        thrown.Position.ShouldBe(new Position(2));
        (await Should.ThrowAsync<ReplayDivergenceException>(() => replay.CheckAsync())).ShouldBeSameAs(thrown);
    }

    [Fact]
    public async Task Replay_RequestOnceMore_SaysHowOftenItWasRecorded()
    {
        var recording = _ledger.GetRun("once");
        await CallAsync(recording, "tool", """{"tool":"poll"}""", "running");
        var replay = await AgentReplay.OfAsync(recording);
        await CallAsync(replay.Run, "tool", """{"tool":"poll"}""", "live");

        var thrown = await Should.ThrowAsync<ReplayDivergenceException>(() => CallAsync(replay.Run, "tool", """{"tool":"poll"}""", "live"));

        thrown.Message.ShouldContain("The recording has this request 1 time, and the agent asks once more. The recording has no further call.");
        thrown.Recorded.ShouldBeNull();
    }

    [Fact]
    public async Task Replay_IdenticalRequests_GetTheirAnswersInOrder()
    {
        var recording = _ledger.GetRun("polls");
        foreach (var answer in new[] { "running", "running", "done" })
        {
            await CallAsync(recording, "tool", """{"tool":"poll"}""", answer);
        }

        var replay = await AgentReplay.OfAsync(recording);
        var answers = new List<string?>();
        for (var i = 0; i < 3; i++)
        {
            answers.Add((await CallAsync(replay.Run, "tool", """{"tool":"poll"}""", "live")).Text);
        }

        answers.ShouldBe(["running", "running", "done"]);
        await replay.CheckAsync();
    }

    [Fact]
    public async Task Replay_CallThatFailed_FailsAgainAndIsThenAnswered()
    {
        var recording = _ledger.GetRun("failing");
        await Should.ThrowAsync<TimeoutException>(() => recording.CallAsync("tool", """{"tool":"pay"}""", (_, _) => throw new TimeoutException("too slow")));
        await CallAsync(recording, "tool", """{"tool":"pay"}""", "paid");
        var replay = await AgentReplay.OfAsync(recording);

        var thrown = await Should.ThrowAsync<RecordedFailureException>(() => CallAsync(replay.Run, "tool", """{"tool":"pay"}""", "live"));

        thrown.Reason.ShouldBe("TimeoutException: too slow");
        (await CallAsync(replay.Run, "tool", """{"tool":"pay"}""", "live")).Text.ShouldBe("paid");
        await replay.CheckAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Replay_CallThatABudgetRefused_IsRefusedAgain(bool isOfFile)
    {
        var recording = _ledger.GetRun("broke");
        await AgentAsync(recording, async () => await recording.SetBudgetAsync(new BudgetAmount(Calls: 1)), async () => await recording.SetBudgetAsync(new BudgetAmount(Calls: 2)));
        var replay = isOfFile ? await OfLinesAsync(recording) : await AgentReplay.OfAsync(recording);

        var replayed = await AgentAsync(replay.Run, () => Task.CompletedTask, () => Task.CompletedTask);

        replayed.ShouldBe($"A call of kind 'tool' in '{recording.StreamName}' was not made, because it could exceed the budget (calls: 1 asked, 0 left). "
            + "Raise the budget with SetBudgetAsync, or release unknown calls with ReleaseCallAsync.");
        await replay.CheckAsync();
        replay.ReplayedCalls.ShouldBe(3);

        static async Task<string> AgentAsync(Run run, Func<Task> limit, Func<Task> raise)
        {
            await limit();
            await CallAsync(run, "llm", "\"plan\"", "live");
            var pay = new CallOptions { Effects = EffectPolicy.Reconcile, Reconcile = (_, _) => throw new InvalidOperationException("A question went out.") };
            var refused = await Should.ThrowAsync<BudgetExceededException>(
                () => run.CallAsync("tool", """{"tool":"pay"}""", (_, _) => Task.FromResult(CallResponse.OfText("paid")), pay));
            await raise();
            await run.CallAsync("tool", """{"tool":"pay"}""", (_, _) => Task.FromResult(CallResponse.OfText("paid")), pay);
            return refused.Message;
        }
    }

    [Fact]
    public async Task Check_OtherEvent_NamesPathAndBothValues()
    {
        var recording = _ledger.GetRun("events");
        await recording.AppendAsync([new ObjectCreated("a", "Note", new JsonObject { ["n"] = 1, ["tags"] = new JsonArray("x", "y") })]);
        var replay = await AgentReplay.OfAsync(recording);
        await replay.Run.AppendAsync([new ObjectCreated("a", "Note", new JsonObject { ["n"] = 1.0, ["tags"] = new JsonArray("x", "z") })]);

        var thrown = await Should.ThrowAsync<ReplayDivergenceException>(() => replay.CheckAsync());

        thrown.Message.ShouldBe("The event 'object.created' at position 0 differs: at $.data.tags[1] the recording has \"y\", the agent \"z\".");
    }

    [Theory]
    [InlineData(0, "The agent appended nothing more, but the recording has 'object.created' at position 0")]
    [InlineData(2, "The recording has no further event; the agent appended 'object.created'")]
    public async Task Check_FewerOrMoreEvents_SaysWhich(int appended, string expected)
    {
        var recording = _ledger.GetRun("count");
        await recording.AppendAsync([new ObjectCreated("1", "Note")]);
        var replay = await AgentReplay.OfAsync(recording);
        for (var i = 1; i <= appended; i++)
        {
            await replay.Run.AppendAsync([new ObjectCreated($"{i}", "Note")]);
        }

        (await Should.ThrowAsync<ReplayDivergenceException>(() => replay.CheckAsync())).Message.ShouldStartWith(expected);
    }

    [Fact]
    public async Task Check_CallThatWasNotMade_IsNamed()
    {
        var recording = _ledger.GetRun("left");
        await CallAsync(recording, "tool", """{"tool":"pay"}""", "paid");
        var replay = await AgentReplay.OfAsync(recording);

        (await Should.ThrowAsync<ReplayDivergenceException>(() => replay.CheckAsync()))
            .Message.ShouldBe("The agent did not make the call that was recorded at position 0: 'tool.called' {\"tool\":\"pay\"}.");
    }

    [Fact]
    public async Task LiveFrom_AfterTheRecordedCalls_Calls()
    {
        var recording = await RecordAsync();
        var replay = await AgentReplay.OfAsync(recording, new AgentReplayOptions { LiveFrom = new Position(5) });
        var calls = 0;

        await RunAsync(replay.Run, "Rome", () => calls++);

        calls.ShouldBe(2);
        await replay.CheckAsync();
    }

    [Fact]
    public async Task StartAt_EventsBefore_AreThereWhenTheAgentBegins()
    {
        var recording = _ledger.GetRun("turns");
        await CallAsync(recording, "llm", "\"first\"", "1");
        await recording.AppendAsync([new ObjectCreated("a", "Note")]);
        await CallAsync(recording, "llm", "\"second\"", "2");
        var replay = await AgentReplay.OfAsync(recording, new AgentReplayOptions { StartAt = new Position(3) });

        (await replay.Run.GetWorldAsync()).Objects.Count.ShouldBe(1);
        (await CallAsync(replay.Run, "llm", "\"first\"", "live")).IsFromLog.ShouldBeTrue();
        (await CallAsync(replay.Run, "llm", "\"second\"", "live")).Text.ShouldBe("2");
        await replay.CheckAsync();
    }

    [Fact]
    public async Task Replay_Branch_HasTheCallsOfItsPrefix()
    {
        var recording = await RecordAsync();
        var branch = await recording.ForkAsync(new Position(5), new ForkOptions { Id = "other" });
        await branch.AppendAsync([new ObjectCreated("stop", "Note")]);
        var replay = await AgentReplay.OfAsync(branch);

        await CallAsync(replay.Run, "llm", "\"plan\"", "live");
        await CallAsync(replay.Run, "tool", """{"tool":"weather","city":"Rome"}""", "live");
        await replay.Run.AppendAsync([new ObjectCreated("note", "Note", new JsonObject { ["city"] = "Rome" })]);
        await replay.Run.AppendAsync([new ObjectCreated("stop", "Note")]);

        await replay.CheckAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Replay_ChatClientWithTools_NeedsNoModel(bool isStreaming)
    {
        var recording = _ledger.GetRun("chat");
        var said = await ChatAsync(recording, ScriptedModel.CallingTools("weather", ["Rome", "Oslo"], ["Rome"]), isStreaming);
        var replay = await AgentReplay.OfAsync(recording);

        var replayed = await ChatAsync(replay.Run, new ScriptedModel(_ => throw new InvalidOperationException("A call went out.")), isStreaming);

        replayed.ShouldBe(said);
        await replay.CheckAsync();
        replay.ReplayedCalls.ShouldBe(6);
    }

    private static async Task<string> ChatAsync(Run run, ScriptedModel model, bool isStreaming)
    {
        var weather = AIFunctionFactory.Create((string city) => $"{city}: sun", "weather");
        using var client = model.AsBuilder().UseFunctionInvocation().UseLedger(run).Build();
        var options = new ChatOptions { Tools = [weather.UseLedger(run)] };
        if (!isStreaming)
        {
            return (await client.GetResponseAsync("How is the weather?", options)).Text;
        }

        var text = new StringBuilder();
        await foreach (var update in client.GetStreamingResponseAsync("How is the weather?", options))
        {
            text.Append(update.Text);
        }

        return text.ToString();
    }

    private static async Task<AgentReplay> OfLinesAsync(Run recording)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(path, (await recording.ReadAllAsync()).Select(LineOf));
            return await AgentReplay.OfFileAsync(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string LineOf(RecordedEvent recorded)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            EventFile.Write(writer, recorded);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Task<CallAnswer> CallAsync(Run run, string kind, string request, string answer) =>
        run.CallAsync(kind, request, (_, _) => Task.FromResult(CallResponse.OfText(answer)));

    private async Task<Run> RecordAsync()
    {
        var run = _ledger.GetRun("recorded");
        await RunAsync(run, "Rome", () => { });
        return run;
    }

    /// <summary>The agent: a plan, a tool, a note, a tool, a conclusion.</summary>
    private static async Task RunAsync(Run run, string city, Action onCall)
    {
        await AskAsync("llm", "\"plan\"");
        await AskAsync("tool", $$"""{"tool":"weather","city":"{{city}}"}""");
        await run.AppendAsync([new ObjectCreated("note", "Note", new JsonObject { ["city"] = city })]);
        await AskAsync("tool", """{"tool":"weather","city":"Oslo"}""");
        await AskAsync("llm", "\"conclude\"");

        Task<CallAnswer> AskAsync(string kind, string request) => run.CallAsync(kind, request, (_, _) =>
        {
            onCall();
            return Task.FromResult(CallResponse.OfText("an answer"));
        });
    }
}
