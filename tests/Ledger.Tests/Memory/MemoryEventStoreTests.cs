using Ledger.Log;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Memory;

/// <summary>What only the log in memory can show: times that a test chooses, and numbers without gaps.</summary>
public sealed class MemoryEventStoreTests
{
    private static readonly StreamName Stream = StreamName.Run("abc-123");

    private readonly FakeTimeProvider _clock = new();
    private readonly MemoryEventStore _store;

    public MemoryEventStoreTests() => _store = new MemoryEventStore(timeProvider: _clock);

    [Fact]
    public async Task Timestamp_ClockGoesBack_StaysWithThePredecessor()
    {
        var start = _clock.GetUtcNow();
        foreach (var minutes in new[] { 5, -3, 1, 10 })
        {
            Move(TimeSpan.FromMinutes(minutes));
            await AppendAsync(Stream);
        }

        var events = await _store.ReadForwardAsync(Stream).ToListAsync();

        events.Select(e => (e.Timestamp - start).TotalMinutes).ShouldBe([5, 5, 5, 13]);
    }

    [Fact]
    public async Task Timestamp_AnotherStream_TakesTheClockAsItIs()
    {
        await AppendAsync(Stream);
        Move(TimeSpan.FromMinutes(-3));

        await AppendAsync(StreamName.Run("other"));

        (await _store.ReadLogAsync().LastAsync()).Timestamp.ShouldBe(_clock.GetUtcNow());
    }

    [Fact]
    public async Task Timestamp_FinerClock_IsCutToMicroseconds()
    {
        var start = _clock.GetUtcNow();
        Move(TimeSpan.FromTicks(29));

        await AppendAsync(Stream);

        (await _store.ReadForwardAsync(Stream).SingleAsync()).Timestamp.ShouldBe(start.AddMicroseconds(2));
        (await _store.GetStreamAsync(Stream)).ShouldNotBeNull().CreatedAt.ShouldBe(start.AddMicroseconds(2));
    }

    [Fact]
    public async Task Timestamp_ForkAfterTheClockWentBack_IsThatOfThePrefix()
    {
        await AppendAsync(Stream);
        var first = _clock.GetUtcNow();
        Move(TimeSpan.FromMinutes(4));
        await AppendAsync(Stream);
        Move(TimeSpan.FromMinutes(-9));
        var runs = new AgentLedger(_store);

        var whole = await runs.ForkAsync(Stream, new Position(2));
        var part = await runs.ForkAsync(Stream, new Position(1));
        var none = await runs.ForkAsync(Stream, Position.Start);

        (await CreatedAtAsync(whole)).ShouldBe(first.AddMinutes(4));
        (await CreatedAtAsync(part)).ShouldBe(first);
        (await CreatedAtAsync(none)).ShouldBe(_clock.GetUtcNow());
    }

    [Fact]
    public async Task UpdatedAt_NoEvents_IsWhenTheStreamCame()
    {
        await _store.AppendAsync(Stream, ExpectedVersion.NoStream, []);
        var created = _clock.GetUtcNow();
        Move(TimeSpan.FromMinutes(1));
        await _store.AppendAsync(Stream, ExpectedVersion.NoStream, []);

        var info = (await _store.GetStreamAsync(Stream)).ShouldNotBeNull();

        (info.CreatedAt, info.UpdatedAt).ShouldBe((created, created));
    }

    [Fact]
    public async Task Sequence_AnyAppends_CountsFromOneWithoutGaps()
    {
        await AppendAsync(Stream);
        await Should.ThrowAsync<WrongExpectedVersionException>(() => _store.AppendAsync(Stream, ExpectedVersion.NoStream, [new KitLoaded("k")]));
        await AppendAsync(StreamName.Run("other"));
        await AppendAsync(Stream);

        (await _store.ReadLogAsync().Select(e => e.Sequence.Value).ToListAsync()).ShouldBe([1L, 2, 3]);
    }

    [Fact]
    public async Task Append_Refused_ComesAsAFailedTask()
    {
        await AppendAsync(Stream);

        var appending = _store.AppendAsync(Stream, ExpectedVersion.NoStream, [new KitLoaded("k")]);

        appending.IsFaulted.ShouldBeTrue();
        await Should.ThrowAsync<WrongExpectedVersionException>(() => appending);
    }

    [Fact]
    public async Task Read_AppendsMeanwhile_GivesWhatWasThere()
    {
        await AppendAsync(Stream);
        await AppendAsync(Stream);
        var seen = 0;

        await foreach (var recorded in _store.ReadForwardAsync(Stream))
        {
            await AppendAsync(Stream);
            seen++;
        }

        seen.ShouldBe(2);
    }

    [Fact]
    public void Registry_NotGiven_IsTheDefaultWithTheEventsOfTasks() =>
        _store.Registry.Types.Except(EventRegistry.Default.Types).Select(t => $"{t.Key} {t.Value.Name}").ShouldBe(
        [
            "call.saved CallSaved", "message.saved MessageSaved",
            "task.lease_released TaskLeaseReleased", "task.lease_renewed TaskLeaseRenewed", "task.leased TaskLeased", "task.saved TaskSaved",
        ]);

    private Task<AppendResult> AppendAsync(StreamName stream) => _store.AppendAsync(stream, ExpectedVersion.Any, [new KitLoaded("k")]);

    private async Task<DateTimeOffset> CreatedAtAsync(Run branch)
    {
        var info = (await _store.GetBranchAsync(branch.StreamName)).ShouldNotBeNull();
        (await _store.ReadForwardAsync(branch.StreamName).FirstAsync()).Timestamp.ShouldBe(info.CreatedAt);
        return info.CreatedAt;
    }

    // Also backwards, as the clock of a machine may go.
    private void Move(TimeSpan span) => _clock.AdjustTime(_clock.GetUtcNow() + span);
}
