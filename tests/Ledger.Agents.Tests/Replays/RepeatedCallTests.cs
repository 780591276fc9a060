using System.Text;
using System.Text.Json;
using Ledger.Conformance.Decorators;
using Ledger.Files;
using Ledger.Runs;
using Ledger.Testing.Replays;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests.Replays;

/// <summary>Recordings of agents that crashed, or whose calls had an unknown end.</summary>
public sealed class RepeatedCallTests
{
    private const string Pay = """{"tool":"pay"}""";

    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_ThatWasBegunTwice_AfterACrash_IsReplayedOnce(bool isOfFile)
    {
        var run = _ledger.GetRun("crashed");
        await CrashAsync(run);
        await AgentAsync(_ledger.GetRun("crashed"), new CallOptions());

        await ShouldReplayAsync(run, isOfFile, ["paid", "paid", "noted"], calls: 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_WithAnUnknownEnd_ThatWasReleased_IsReplayedOnce(bool isOfFile)
    {
        var run = _ledger.GetRun("released");
        await CrashAsync(run);
        var refuse = new CallOptions { Effects = EffectPolicy.Refuse };
        var unknown = await Should.ThrowAsync<CallUnknownException>(() => _ledger.GetRun("released").CallAsync("tool", Pay, Paid, refuse));
        await run.ReleaseCallAsync(unknown.RequestId);
        await AgentAsync(_ledger.GetRun("released"), refuse);

        await ShouldReplayAsync(run, isOfFile, ["paid", "paid", "noted"], calls: 3);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Call_WithAnUnknownEnd_ThatTheAgentWentOnFrom_FailsAgain_AndIsThenAnswered(bool isOfFile, bool hasCrashed)
    {
        var run = _ledger.GetRun("told");
        var refuse = new CallOptions { Effects = EffectPolicy.Refuse };
        if (hasCrashed)
        {
            await CrashAsync(run);
        }

        var handle = _ledger.GetRun("told");
        var said = await TellAsync(handle, refuse, (_, _) => throw new TimeoutException("too slow"));
        said.ShouldStartWith(hasCrashed ? "A call of kind 'tool' in 'run:told' was begun by " : "too slow");
        await run.AnswerAsync((await run.ListOpenCallsAsync()).Single().RequestId, CallResponse.OfText("paid after all"));
        (await handle.CallAsync("tool", Pay, Paid, refuse)).Text.ShouldBe("paid after all");

        var replay = isOfFile ? await OfLinesAsync(run) : await AgentReplay.OfAsync(run);
        (await TellAsync(replay.Run, refuse, Paid)).ShouldBe(said);
        (await replay.Run.CallAsync("tool", Pay, Paid, refuse)).Text.ShouldBe("paid after all");
        await replay.CheckAsync();
        (replay.RecordedCalls, replay.ReplayedCalls).ShouldBe((3, 3));
    }

    [Fact]
    public async Task Call_WithAnUnknownEnd_ThatWasTheLast_FailsAgain()
    {
        var run = _ledger.GetRun("last");
        var refuse = new CallOptions { Effects = EffectPolicy.Refuse };
        await Should.ThrowAsync<TimeoutException>(() => run.CallAsync("tool", Pay, (_, _) => throw new TimeoutException("too slow"), refuse));
        var replay = await AgentReplay.OfAsync(run);

        (await Should.ThrowAsync<RecordedFailureException>(() => replay.Run.CallAsync("tool", Pay, Paid, refuse))).Message.ShouldBe("too slow");
        await replay.CheckAsync();
    }

    private static Task<CallResponse> Paid(CallContext call, CancellationToken cancellationToken) => Task.FromResult(CallResponse.OfText("paid"));

    /// <summary>The call is made, and its caller ends before it has recorded the answer.</summary>
    private async Task CrashAsync(Run run)
    {
        var cut = new CountingStore(_ledger.Store, append => append >= 2 ? throw new IOException("cut") : Task.CompletedTask);
        await Should.ThrowAsync<CallNotRecordedException>(() => new AgentLedger(cut, timeProvider: new NoWait()).GetRun(run.Id).CallAsync("tool", Pay, Paid));
    }

    /// <summary>Pays twice, and notes it.</summary>
    private static async Task<List<string?>> AgentAsync(Run run, CallOptions options)
    {
        var said = new List<string?>();
        for (var i = 0; i < 2; i++)
        {
            said.Add((await run.CallAsync("tool", Pay, Paid, options)).Text);
        }

        said.Add((await run.CallAsync("llm", "\"note it\"", (_, _) => Task.FromResult(CallResponse.OfText("noted")))).Text);
        return said;
    }

    /// <summary>Pays, and tells a model why that failed.</summary>
    private static async Task<string> TellAsync(Run run, CallOptions options, Func<CallContext, CancellationToken, Task<CallResponse>> pay)
    {
        var failed = await Should.ThrowAsync<Exception>(() => run.CallAsync("tool", Pay, pay, options));
        await run.CallAsync("llm", JsonSerializer.Serialize(failed.Message), (_, _) => Task.FromResult(CallResponse.OfText("go on")));
        return failed.Message;
    }

    private static async Task ShouldReplayAsync(Run recording, bool isOfFile, List<string?> said, int calls)
    {
        var replay = isOfFile ? await OfLinesAsync(recording) : await AgentReplay.OfAsync(recording);
        (await AgentAsync(replay.Run, new CallOptions())).ShouldBe(said);
        await replay.CheckAsync();
        (replay.RecordedCalls, replay.ReplayedCalls).ShouldBe((calls, calls));
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

    /// <summary>A clock whose waits are over at once.</summary>
    private sealed class NoWait : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
