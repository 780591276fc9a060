using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Tasks;

/// <summary>Concurrent writers: one order, nothing lost, and a refusal affects only its own caller.</summary>
public abstract class TaskConcurrencyTests(ITestEngine engine) : TaskTests(engine)
{
    [Fact]
    public async Task Call_SavedByMany_HasOneOrder()
    {
        var call = await SavedCallAsync();

        await AtOnceAsync(32, i => Tasks.SaveCallAsync(call with { Details = $"{i}", UpdatedAt = At(i) }));

        var events = await ReadAsync(StreamName.Task(call.TaskId));
        var last = (CallSaved)events[^1].Data;
        events.Count.ShouldBe(35);
        (await Tasks.FindCallAsync(call.Id))!.Details.ShouldBe(last.Details);
        events.Skip(3).Select(e => ((CallSaved)e.Data).Details).ShouldBe(Enumerable.Range(0, 32).Select(i => $"{i}"), ignoreOrder: true);
    }

    [Fact]
    public async Task Call_CountedByMany_LosesNoUpdate()
    {
        var call = await SavedCallAsync();
        await Tasks.SaveCallAsync(call with { Details = "0" });

        await AtOnceAsync(32, async _ =>
        {
            while (true)
            {
                var seen = (await Tasks.FindCallAsync(call.Id))!;
                try
                {
                    await Tasks.SaveCallAsync(seen with { Details = $"{int.Parse(seen.Details, null) + 1}" }, expectedUpdatedAt: seen.UpdatedAt);
                    return;
                }
                catch (StaleUpdateException)
                {
                    // Another writer was faster.
                }
            }
        });

        (await Tasks.FindCallAsync(call.Id))!.Details.ShouldBe("32");
    }

    [Fact]
    public async Task Message_SavedByMany_IsSavedOnceAndSpoilsNoOther()
    {
        var (task, other) = (await SavedTaskAsync(), await SavedTaskAsync());
        var message = NewMessage(task.Id);
        var refusals = 0;

        await AtOnceAsync(64, async i =>
        {
            try
            {
                await (i % 4 == 0 ? Tasks.SaveMessageAsync(message with { Content = $"{i}" }) : Tasks.SaveMessageAsync(NewMessage(i % 2 == 0 ? task.Id : other.Id)));
            }
            catch (MessageExistsException)
            {
                Interlocked.Increment(ref refusals);
            }
        });

        refusals.ShouldBe(15);
        (await Tasks.ListMessagesAsync(task.Id)).Total.ShouldBe(17);
        (await Tasks.ListMessagesAsync(other.Id)).Total.ShouldBe(32);
        (await VersionAsync(StreamName.Task(task.Id))).Value.ShouldBe(18);
    }

    [Fact]
    public async Task Message_SameIdInManyTasks_IsSavedOnce()
    {
        var tasks = new List<AgentTask>();
        for (var i = 0; i < 8; i++)
        {
            tasks.Add(await SavedTaskAsync());
        }

        string[] ids = [NewId(), NewId()];
        var saved = 0;
        await AtOnceAsync(16, async i =>
        {
            try
            {
                await Tasks.SaveMessageAsync(NewMessage(tasks[i / 2].Id, ids[i % 2]));
                Interlocked.Increment(ref saved);
            }
            catch (MessageExistsException)
            {
                // Another task was faster.
            }
        });

        saved.ShouldBe(2);
    }

    [Fact]
    public async Task UnknownTasks_AmongMany_AreRefusedAlone()
    {
        var task = await SavedTaskAsync();
        var refusals = 0;

        await AtOnceAsync(40, async i =>
        {
            try
            {
                await Tasks.SaveMessageAsync(NewMessage(i % 5 == 0 ? $"nobody {i}" : task.Id));
            }
            catch (UnknownReferenceException)
            {
                Interlocked.Increment(ref refusals);
            }
        });

        refusals.ShouldBe(8);
        (await Tasks.ListMessagesAsync(task.Id)).Total.ShouldBe(32);
    }

    private static Task AtOnceAsync(int count, Func<int, Task> action) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => action(i))));
}
