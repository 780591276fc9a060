using Ledger.Log;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Tasks;

/// <summary>What is under way, and who may go on with it.</summary>
public abstract class TaskRecoveryTests(ITestEngine engine) : TaskTests(engine)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Recover_ListsWhatIsUnderWayOldestFirst()
    {
        var late = await Tasks.SaveTaskAsync(NewTask(createdAt: 2));
        var early = await Tasks.SaveTaskAsync(NewTask(createdAt: 1));
        var ended = await Tasks.SaveTaskAsync(NewTask() with { CompletionStatus = "cancelled" });
        var message = await SavedMessageAsync(late.Id);
        var orphan = await SavedMessageAsync(ended.Id);
        var running = await Tasks.SaveCallAsync(NewCall(message, createdAt: 2) with { Status = CallStatus.InProgress });
        var pending = await Tasks.SaveCallAsync(NewCall(message, createdAt: 1));
        var left = await Tasks.SaveCallAsync(NewCall(orphan, createdAt: 3));
        await Tasks.SaveCallAsync(NewCall(message) with { Status = CallStatus.Completed });
        await Tasks.SaveCallAsync(NewCall(message) with { Status = CallStatus.Failed });
        var lease = await Tasks.TryLeaseAsync(late.Id, "runner", Minute);

        var recovery = await Tasks.RecoverAsync();

        string[] mine = [late.Id, early.Id, ended.Id];
        recovery.Tasks.Where(t => mine.Contains(t.Task.Id)).ShouldBe([new RecoverableTask(early, null), new RecoverableTask(late, lease)]);
        recovery.Calls.Where(c => mine.Contains(c.Call.TaskId)).ShouldBe(
            [new RecoverableCall(pending, message), new RecoverableCall(running, message), new RecoverableCall(left, orphan)]);
    }

    [Fact]
    public async Task Lease_OfSeveralRunners_GoesToOne()
    {
        var task = await SavedTaskAsync();

        var leases = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => new TaskLedger(Store).TryLeaseAsync(task.Id, $"runner {i}", Minute))));

        var lease = leases.Where(l => l is not null).ShouldHaveSingleItem()!;
        lease.TaskId.ShouldBe(task.Id);
        (await Tasks.TryLeaseAsync(task.Id, lease.Runner, Minute)).ShouldBeNull();
        (await ReadAsync(StreamName.Task(task.Id))).Count(e => e.Type == "task.leased").ShouldBe(1);
    }

    [Fact]
    public async Task Lease_RenewedAndGivenBack_IsAnothersThen()
    {
        var task = await SavedTaskAsync();
        var first = (await Tasks.TryLeaseAsync(task.Id, "first", Minute))!;

        var renewed = await Tasks.RenewLeaseAsync(first, 10 * Minute);
        renewed.ExpiresAt.ShouldBeGreaterThan(first.ExpiresAt.Add(8 * Minute));
        await Tasks.ReleaseLeaseAsync(renewed);
        var second = (await Tasks.TryLeaseAsync(task.Id, "second", Minute))!;

        second.LeaseId.ShouldNotBe(first.LeaseId);
        var lost = await RefusedAsync<TaskLeaseException>(
            () => Tasks.RenewLeaseAsync(first, Minute),
            $"The lease on the task '{task.Id}' is over and was given to another, or given back. Stop working on it.");
        lost.Reason.ShouldBe(TaskLeaseRefusal.Lost);
        await Tasks.ReleaseLeaseAsync(first);
        (await Tasks.TryLeaseAsync(task.Id, "third", Minute)).ShouldBeNull();
    }

    [Fact]
    public async Task Lease_Expired_IsAnothers()
    {
        var task = await SavedTaskAsync();
        var old = new TaskLeased(Guid.CreateVersion7(), "gone", 1);
        await Store.AppendAsync(StreamName.Task(task.Id), ExpectedVersion.Any, [old]);

        // It expires after a millisecond of the log's clock, which tests cannot set.
        TaskLease? lease = null;
        for (var patience = new CancellationTokenSource(Minute); lease is null; patience.Token.ThrowIfCancellationRequested())
        {
            lease = await Tasks.TryLeaseAsync(task.Id, "next", Minute);
        }

        lease.Runner.ShouldBe("next");
        await Should.ThrowAsync<TaskLeaseException>(() => Tasks.RenewLeaseAsync(new TaskLease(task.Id, old.LeaseId, "gone", default), Minute));
    }

    [Fact]
    public async Task Lease_EndedOrUnknownTask_IsNotGiven()
    {
        var ended = await Tasks.SaveTaskAsync(NewTask() with { CompletionStatus = "success" });

        (await Tasks.TryLeaseAsync(ended.Id, "runner", Minute)).ShouldBeNull();
        await RefusedAsync<UnknownReferenceException>(
            () => Tasks.TryLeaseAsync("nobody", "runner", Minute),
            "The lease 'runner' names the task 'nobody', which does not exist. Nothing was written; save that task first.");
        await Should.ThrowAsync<Ledger.Log.InvalidEventException>(() => Tasks.TryLeaseAsync(ended.Id, "runner", TimeSpan.FromDays(2)));
    }
}
