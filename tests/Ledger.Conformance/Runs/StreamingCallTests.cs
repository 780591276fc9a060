using System.Text.Json;
using Ledger.Conformance.Decorators;
using Ledger.Log;
using Ledger.Runs;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>A call whose answer arrives in parts: they pass through, and the log has one answer.</summary>
public abstract class StreamingCallTests(ITestEngine engine) : EventStoreTests(engine)
{
    private int _calls;

    [Fact]
    public async Task Parts_PassThroughAsTheyArrive_AndAreReplayed()
    {
        var run = Runs.GetRun(NewId());
        var mayGoOn = new TaskCompletionSource();
        var read = new List<string>();
        await foreach (var part in StreamAsync(run, ["a", "b", "c"], mayGoOn.Task))
        {
            read.Add(part);

            // The second part comes only after the first was read: nothing waits for the end.
            mayGoOn.TrySetResult();
        }

        read.ShouldBe(["a", "b", "c"]);
        (await run.ReadAllAsync()).Select(e => e.Type).ShouldBe(["llm.request", "llm.response"]);
        (await run.ReadAllAsync())[1].ToJsonElement().GetProperty("text").GetString().ShouldBe("abc");

        (await StreamAsync(Runs.GetRun(run.Id), ["x"]).ToListAsync()).ShouldBe(["abc"]);
        _calls.ShouldBe(1);
        (await run.ReadAllAsync())[^1].Type.ShouldBe("call.answered");
    }

    [Fact]
    public async Task Reader_StopsEarly_TheCallIsStoppedAndHasFailed()
    {
        var run = Runs.GetRun(NewId());
        await foreach (var part in StreamAsync(run, [.. Enumerable.Range(0, 1_000).Select(n => $"{n}")]))
        {
            part.ShouldBe("0");
            break;
        }

        (await run.ReadAllAsync()).Select(e => e.Type).ShouldBe(["llm.request", "call.failed"]);
        (await StreamAsync(run, ["again"]).ToListAsync()).ShouldBe(["again"]);
    }

    [Fact]
    public async Task Reader_ThatIsNeverDisposed_AndReadsNoMore_HoldsItsCallForALeaseAtMost()
    {
        var clock = new FakeTimeProvider();
        var isRecorded = new TaskCompletionSource();
        var store = new CountingStore(Store, after: number =>
        {
            if (number == 2)
            {
                isRecorded.SetResult();
            }

            return Task.CompletedTask;
        });
        var run = new AgentLedger(store, timeProvider: clock).GetRun(NewId());
        var abandoned = StreamAsync(run, [.. Enumerable.Range(0, 1_000).Select(n => $"{n}")]).GetAsyncEnumerator();
        (await abandoned.MoveNextAsync()).ShouldBeTrue();

        for (var leases = 0; leases < 10_000 && !isRecorded.Task.IsCompleted; leases++)
        {
            // The call is stopped on another thread, which gets its turn.
            clock.Advance(TimeSpan.FromMinutes(10));
            await Task.Run(() => run.ReadAllAsync());
        }

        isRecorded.Task.IsCompleted.ShouldBeTrue();
        (await run.ReadAllAsync())[^1].Data.ShouldBeOfType<CallFailed>().Error.ShouldBe("TimeoutException: No part of the answer was read for 00:10:00, so its reader counts as gone.");
    }

    [Fact]
    public async Task Call_ThrowsMidway_IsAFailureAndNoAnswer()
    {
        var run = Runs.GetRun(NewId());
        var read = new List<string>();
        async Task ReadAsync()
        {
            await foreach (var part in StreamAsync(run, ["a", "throw"]))
            {
                read.Add(part);
            }
        }

        (await Should.ThrowAsync<FormatException>(ReadAsync)).Message.ShouldBe("broken");
        read.ShouldBe(["a"]);
        (await run.ReadAllAsync()).Select(e => e.Type).ShouldBe(["llm.request", "call.failed"]);
    }

    [Fact]
    public async Task Stream_WithoutParts_IsAnAnswer()
    {
        var run = Runs.GetRun(NewId());

        (await StreamAsync(run, []).ToListAsync()).ShouldBeEmpty();
        (await run.ReadAllAsync()).Select(e => e.Type).ShouldBe(["llm.request", "llm.response"]);
    }

    private IAsyncEnumerable<string> StreamAsync(Run run, string[] parts, Task? beforeSecond = null)
    {
        return run.CallStreamingAsync("llm", JsonElement.Parse("\"?\""), (_, _) => Parts(), all => CallResponse.OfText(string.Concat(all)), answer => [answer.Text!]);

        async IAsyncEnumerable<string> Parts()
        {
            _calls++;
            for (var i = 0; i < parts.Length; i++)
            {
                await (i == 1 && beforeSecond is not null ? beforeSecond : Task.CompletedTask);
                yield return parts[i] == "throw" ? throw new FormatException("broken") : parts[i];
            }
        }
    }
}
