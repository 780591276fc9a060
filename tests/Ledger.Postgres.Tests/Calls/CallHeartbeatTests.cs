using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Ledger.Json;
using Ledger.Log;
using Ledger.Postgres.Calls;
using Ledger.Runs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Calls;

/// <summary>Callers of other machines: waited for while they are heard of, and no longer.</summary>
public sealed class CallHeartbeatTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private const string Poll = """{"tool":"status"}""";
    private const string Elsewhere = "elsewhere 12345678/7/99/beats1000-1";

    private static readonly AgentLedgerOptions Quick = new() { CallHeartbeat = TimeSpan.FromMilliseconds(100) };

    private readonly MessageLog _log = new();

    private PostgresCallOwners Owners => database.Store.Get<ICallOwners>().ShouldBeOfType<PostgresCallOwners>();

    [Fact]
    public async Task CallerElsewhere_IsWaitedForWhileItIsHeardOf_AndTakenOverSoonAfter()
    {
        var run = await BeginElsewhereAsync();
        var begun = Stopwatch.StartNew();
        var waiting = run.CallAsync("tool", Poll, (_, _) => Task.FromResult(CallResponse.OfText("taken over")));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (begun.Elapsed < TimeSpan.FromSeconds(6))
        {
            await Owners.KeepAsync([Elsewhere], CancellationToken.None);
            (await run.ListOpenCallsAsync()).ShouldHaveSingleItem().IsUnknown.ShouldBeFalse();
            waiting.IsCompleted.ShouldBeFalse();
            await timer.WaitForNextTickAsync();
        }

        var silent = Stopwatch.StartNew();
        (await waiting).Text.ShouldBe("taken over");

        silent.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1));
        _log.Messages.ShouldContain(m => m.Contains($"waits for ", StringComparison.Ordinal) && m.Contains($"which {Elsewhere} began", StringComparison.Ordinal));
        _log.Messages.ShouldContain(m => m.Contains($"{Elsewhere}, has been silent for", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CallerElsewhere_ThatWasNeverHeardOf_LeavesAnUnknownCall()
    {
        var run = await BeginElsewhereAsync();
        var refuse = new CallOptions { Effects = EffectPolicy.Refuse };

        var unknown = await Should.ThrowAsync<CallUnknownException>(() => run.CallAsync("tool", Poll, (_, _) => throw new InvalidOperationException("It was called."), refuse));

        unknown.Owner.ShouldBe(Elsewhere);
        (await run.ListOpenCallsAsync()).ShouldHaveSingleItem().IsUnknown.ShouldBeTrue();
        await run.ReleaseCallAsync(unknown.RequestId, "nothing was done");
        (await run.CallAsync("tool", Poll, (_, _) => Task.FromResult(CallResponse.OfText("made")), refuse)).Text.ShouldBe("made");
    }

    [Fact]
    public async Task LongCall_IsHeardOf()
    {
        var run = new AgentLedger(database.Store, Quick).GetRun($"{Guid.NewGuid()}");
        var heard = await run.CallAsync("tool", Poll, async (_, token) =>
        {
            var owner = (await run.ListOpenCallsAsync(token)).ShouldHaveSingleItem().Owner!;
            CallOwner.PeriodOf(owner).ShouldBe(Quick.CallHeartbeat);
            await UntilAsync(owner, heard => heard is not null);

            return CallResponse.OfText("heard");
        });

        heard.Text.ShouldBe("heard");
        (await run.ReadAllAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Call_ThatEnded_IsNotHeardOf_WhileOthersOfItsProcessAre()
    {
        var ledger = new AgentLedger(database.Store, Quick);
        var (ended, going) = (CallOwner.New(Quick.CallHeartbeat), CallOwner.New(Quick.CallHeartbeat));
        using var other = CallHeartbeat.Begin(ledger, going);
        using (CallHeartbeat.Begin(ledger, ended))
        {
            await UntilAsync(ended, heard => heard is not null);
        }

        // A beat that was under way may still be written.
        for (var beats = 0; beats < 2; beats++)
        {
            var before = await LastHeardAsync(going);
            await UntilAsync(going, heard => heard != before);
        }

        var last = await LastHeardAsync(ended);
        var beat = await LastHeardAsync(going);
        await UntilAsync(going, heard => heard != beat);

        (await LastHeardAsync(ended)).ShouldBe(last);
    }

    [Fact]
    public async Task CallerWithAShorterPeriod_IsHeardOf_ThoughTheOthersHaveALongOne()
    {
        var clock = new FakeTimeProvider();
        var store = await database.OpenAgainAsync(database.Store);
        var (patient, hasty) = (new AgentLedgerOptions { CallHeartbeat = TimeSpan.FromHours(1) }, new AgentLedgerOptions { CallHeartbeat = TimeSpan.FromSeconds(1) });
        var owner = CallOwner.New(hasty.CallHeartbeat);
        using var first = CallHeartbeat.Begin(new AgentLedger(store, patient, timeProvider: clock), CallOwner.New(patient.CallHeartbeat));
        using var second = CallHeartbeat.Begin(new AgentLedger(store, hasty, timeProvider: clock), owner);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        for (var looks = 0; await LastHeardAsync(owner) is null; looks++)
        {
            patience.Token.ThrowIfCancellationRequested();

            // A beat that takes longer than a second of this clock is given up, so that it has time; and not for as long as the others' period.
            if (looks % 50 == 0 && looks < 25_000)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    [Fact]
    public async Task Silence_IsNoLongerThanTheServerIsUp()
    {
        var silence = (await Owners.FindSilencesAsync([Begun(CallOwner.New(Quick.CallHeartbeat))], CancellationToken.None)).ShouldHaveSingleItem();

        silence.LastHeard.ShouldBeNull();
        silence.Length.TotalSeconds.ShouldBeLessThanOrEqualTo(await database.ScalarAsync<double>("select extract(epoch from clock_timestamp() - pg_postmaster_start_time())::float8"));
    }

    [Fact]
    public async Task Heartbeats_ThatCannotBeWritten_AreNotPromised()
    {
        await using var before = new LedgerDatabase();
        await before.InitializeAsync();
        await before.ScalarAsync<int>("drop table ledger.call_owner; select 1");
        var run = new AgentLedger(before.Store, Quick, _log).GetRun($"{Guid.NewGuid()}");

        await run.CallAsync("tool", Poll, async (_, token) =>
        {
            CallOwner.PeriodOf((await run.ListOpenCallsAsync(token)).ShouldHaveSingleItem().Owner).ShouldBeNull();
            return CallResponse.OfText("made");
        });

        _log.Messages.ShouldContain(m => m.StartsWith("It could not be recorded", StringComparison.Ordinal));
    }

    private async Task UntilAsync(string owner, Func<DateTimeOffset?, bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!condition(await LastHeardAsync(owner)))
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task<DateTimeOffset?> LastHeardAsync(string owner) =>
        (await Owners.FindSilencesAsync([Begun(owner)], CancellationToken.None)).ShouldHaveSingleItem().LastHeard;

    private static OpenCall Begun(string owner) => new(Guid.NewGuid(), "tool", owner, DateTimeOffset.UnixEpoch, IsUnknown: false);

    [Fact]
    public async Task OpenCalls_OfManyCallers_AreAskedAboutTogether_AndListedWithoutAWordInTheLog()
    {
        var (heard, silent) = (CallOwner.New(Quick.CallHeartbeat), CallOwner.New(Quick.CallHeartbeat));
        await Owners.KeepAsync([heard], CancellationToken.None);
        (await Owners.FindSilencesAsync([Begun(silent), Begun(heard), Begun(silent)], CancellationToken.None)).Select(s => s.LastHeard is not null)
            .ShouldBe([false, true, false]);

        var (first, second) = (await BeginElsewhereAsync(), await BeginElsewhereAsync());
        var listing = new AgentLedger(database.Store, new AgentLedgerOptions { CallLease = TimeSpan.FromTicks(1) }, _log);
        (await listing.ListOpenCallsAsync()).Where(c => c.Stream == first.StreamName || c.Stream == second.StreamName).Select(c => c.Call.IsUnknown)
            .ShouldBe([true, true]);
        (await listing.GetRun(first.Id).ListOpenCallsAsync()).ShouldHaveSingleItem().IsUnknown.ShouldBeTrue();
        _log.Messages.ShouldNotContain(m => m.Contains("silent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StoreInATransactionOfTheCaller_HasNoHeartbeats()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        database.Store.On(transaction).Get<ICallOwners>().ShouldBeNull();
    }

    private async Task<Run> BeginElsewhereAsync()
    {
        var run = new AgentLedger(database.Store, Quick, _log).GetRun($"{Guid.NewGuid()}");
        var request = JsonElement.Parse(Poll);
        var key = CallKey.Of("tool", request);
        var headers = CallEventForm.HeadersOf(key);
        headers.Add(CallEventForm.OwnerHeader, JsonText.ToElement(Elsewhere));
        await database.Store.AppendAsync(
            run.StreamName,
            ExpectedVersion.NoStream,
            [
                new NewEvent(CallEventForm.Request("tool", request), new EventMetadata { Headers = headers })
                {
                    Id = EventIds.OfCall(run.StreamName, "tool", key.RequestHash, null, 0, 0),
                },
            ]);
        return run;
    }

    private sealed class MessageLog : ILogger<AgentLedger>
    {
        public ConcurrentQueue<string> Messages { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Messages.Enqueue(formatter(state, exception));
    }
}
