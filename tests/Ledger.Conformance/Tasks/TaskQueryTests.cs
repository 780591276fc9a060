using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Tasks;

/// <summary>The questions to tasks, calls and messages.</summary>
public abstract class TaskQueryTests(ITestEngine engine) : TaskTests(engine)
{
    [Fact]
    public async Task Tasks_ByEveryFilter_NewestFirstWithTheTotal()
    {
        var parent = await SavedTaskAsync();
        var statuses = new[] { null, "success", null, "failed: no kettle", "success" };
        var tasks = new List<AgentTask>();
        for (var i = 0; i < statuses.Length; i++)
        {
            tasks.Add(await Tasks.SaveTaskAsync(NewTask(createdAt: i) with { ParentTaskId = parent.Id, CompletionStatus = statuses[i] }));
        }

        tasks.Reverse();
        var all = new TaskQuery { ParentTaskId = parent.Id };
        await ShouldGiveAsync(all, tasks, 5);
        await ShouldGiveAsync(all with { Completion = CompletionFilter.Active }, [tasks[2], tasks[4]], 2);
        await ShouldGiveAsync(all with { Completion = CompletionFilter.Ended("success") }, [tasks[0], tasks[3]], 2);
        await ShouldGiveAsync(all with { Completion = CompletionFilter.Ended("succ") }, [], 0);
        await ShouldGiveAsync(all with { From = At(1), To = At(3) }, [tasks[1], tasks[2], tasks[3]], 3);
        await ShouldGiveAsync(all with { Limit = 2 }, [tasks[0], tasks[1]], 5);
        await ShouldGiveAsync(all with { Limit = 2, Start = PageStart.Offset(3) }, [tasks[3], tasks[4]], 5);
        await ShouldGiveAsync(all with { Start = PageStart.Offset(9) }, [], 5);
        await ShouldGiveAsync(all with { Limit = 0 }, [], 5);
        await ShouldGiveAsync(new TaskQuery { ParentTaskId = NewId() }, [], 0);
    }

    [Fact]
    public void Tasks_LimitOutOfRange_IsWrongUse()
    {
        new TaskQuery().Limit.ShouldBe(100);
        Should.Throw<ArgumentOutOfRangeException>(() => new TaskQuery { Limit = 1_001 });
        Should.Throw<ArgumentOutOfRangeException>(() => new TaskQuery { Limit = -1 });
        Should.Throw<ArgumentOutOfRangeException>(() => PageStart.Offset(-1));
    }

    [Fact]
    public async Task Tasks_PageBehindPage_GivesEachOnceAlsoOfOneTime()
    {
        var parent = await SavedTaskAsync();
        var tasks = new List<AgentTask>();
        for (var i = 0; i < 7; i++)
        {
            tasks.Add(await Tasks.SaveTaskAsync(NewTask(createdAt: i / 3) with { ParentTaskId = parent.Id }));
        }

        var query = new TaskQuery { ParentTaskId = parent.Id, Limit = 2 };
        var seen = new List<AgentTask>();
        var page = await Tasks.QueryTasksAsync(query);
        page.Total.ShouldBe(7);
        seen.AddRange(page.Tasks);
        while (page.Next is { } next)
        {
            page = await Tasks.QueryTasksAsync(query with { Start = PageStart.After(PageCursor.Parse(next.ToString())) });
            page.Total.ShouldBeNull();
            seen.AddRange(page.Tasks);
        }

        seen.ShouldBe(tasks.OrderByDescending(t => t.CreatedAt).ThenByDescending(t => t.Id, StringComparer.Ordinal));
        Should.Throw<FormatException>(() => PageCursor.Parse("x"));
    }

    [Fact]
    public async Task Messages_ByTimeThenId_InPagesWithTheTotal()
    {
        var task = await SavedTaskAsync();
        Message[] messages =
        [
            NewMessage(task.Id, "b" + NewId(), 1), NewMessage(task.Id, "\U0001F600" + NewId(), 1), NewMessage(task.Id, "\uFFEE" + NewId(), 1),
            NewMessage(task.Id, "a" + NewId(), 1), NewMessage(task.Id, timestamp: 0), NewMessage(task.Id, timestamp: 9),
        ];
        foreach (var message in messages)
        {
            await Tasks.SaveMessageAsync(message);
        }

        // By code point, and not by UTF-16, where the surrogates come before U+FFEE.
        Message[] sorted = [messages[4], messages[3], messages[0], messages[2], messages[1], messages[5]];
        var all = await Tasks.ListMessagesAsync(task.Id);
        (all.Total, all.Next).ShouldBe((6, null));
        all.Messages.ShouldBe(sorted);
        var query = new MessageQuery(task.Id) { Limit = 4 };
        var first = await Tasks.ListMessagesAsync(query with { Limit = 2, Start = PageStart.Offset(1) });
        (first.Total, first.Next).ShouldBe((6, new PageCursor(sorted[2].Timestamp, sorted[2].Id)));
        first.Messages.ShouldBe(sorted[1..3]);
        var second = await Tasks.ListMessagesAsync(query with { Start = PageStart.After(first.Next!.Value) });
        (second.Total, second.Next).ShouldBe((null, null));
        second.Messages.ShouldBe(sorted[3..]);
        (await Tasks.ListMessagesAsync(query with { Limit = 0 })).Messages.ShouldBeEmpty();
        (await Tasks.ListMessagesAsync(NewId())).Total.ShouldBe(0);
    }

    [Fact]
    public async Task Calls_OfATaskAndInProgress_OldestFirst()
    {
        var message = await SavedMessageAsync();
        var other = await SavedMessageAsync();
        var late = await Tasks.SaveCallAsync(NewCall(message, createdAt: 2) with { Status = CallStatus.InProgress });
        var early = await Tasks.SaveCallAsync(NewCall(message, createdAt: 1));
        var elsewhere = await Tasks.SaveCallAsync(NewCall(other, createdAt: 3) with { Status = CallStatus.InProgress });

        (await Tasks.ListCallsAsync(message.TaskId)).ShouldBe([early, late]);
        (await Tasks.ListCallsAsync(NewId())).ShouldBeEmpty();
        (await Tasks.ListCallsInProgressAsync(message.TaskId)).ShouldBe([late]);
        (await Tasks.ListCallsInProgressAsync()).Where(c => c.Id == late.Id || c.Id == elsewhere.Id).ShouldBe([late, elsewhere]);
    }

    [Fact]
    public async Task Tree_ShowsAllBelowOldestFirst()
    {
        var root = await SavedTaskAsync();
        var second = await Tasks.SaveTaskAsync(NewTask(createdAt: 2) with { ParentTaskId = root.Id });
        var first = await Tasks.SaveTaskAsync(NewTask(createdAt: 1) with { ParentTaskId = root.Id });
        var below = await Tasks.SaveTaskAsync(NewTask() with { ParentTaskId = second.Id });

        var tree = (await Tasks.GetTreeAsync(root.Id))!;
        tree.Task.ShouldBe(root);
        tree.Subtasks.Select(n => n.Task).ShouldBe([first, second]);
        tree.Subtasks[1].Subtasks.ShouldHaveSingleItem().Task.ShouldBe(below);
        (await Tasks.GetTreeAsync(below.Id))!.Subtasks.ShouldBeEmpty();
        (await Tasks.GetTreeAsync(NewId())).ShouldBeNull();
    }

    [Fact]
    public async Task Tree_ParentsInACircle_ShowsEachOnce()
    {
        var first = await SavedTaskAsync();
        var second = await Tasks.SaveTaskAsync(NewTask() with { ParentTaskId = first.Id });
        await Tasks.SaveTaskAsync(first with { ParentTaskId = second.Id });

        var tree = (await Tasks.GetTreeAsync(first.Id))!;

        tree.Subtasks.ShouldHaveSingleItem().Subtasks.ShouldBeEmpty();
    }

    private async Task ShouldGiveAsync(TaskQuery query, IEnumerable<AgentTask> tasks, long total)
    {
        var page = await Tasks.QueryTasksAsync(query);
        page.Tasks.ShouldBe(tasks);
        page.Total.ShouldBe(total);
    }
}
