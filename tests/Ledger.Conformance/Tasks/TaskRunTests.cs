using System.Text.Json;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Tasks;

/// <summary>A task that works in a run: its calls and the run's events find each other.</summary>
public abstract class TaskRunTests(ITestEngine engine) : TaskTests(engine)
{
    [Fact]
    public async Task Events_OfACall_AreFoundFromIt()
    {
        var run = await Runs.StartRunAsync();
        var (call, other) = (await SavedCallAsync(run), await SavedCallAsync(run));
        var called = new NewEvent(new ToolCalled("search"), new EventMetadata { CallId = call.Id });
        await run.AppendAsync([new NewEvent(new KitLoaded("k")), called]);
        await run.AppendAsync(
        [
            new NewEvent(new ToolCalled("search"), new EventMetadata { CallId = other.Id }),
            new NewEvent(new LlmRequest(), new EventMetadata { CallId = call.Id, Causes = [called.Id] }),
            new NewEvent(new ToolReturned(called.Id.ToString()), new EventMetadata { CallId = call.Id, Causes = [called.Id] }),
        ]);

        var events = await Tasks.ReadCallEventsAsync(call.Id).ToListAsync();

        events.Select(e => (e.Type, e.Position!.Value.Value)).ShouldBe([("tool.called", 1), ("llm.request", 3), ("tool.returned", 4)]);
        (await Tasks.ReadCallEventsAsync(other.Id).ToListAsync()).ShouldHaveSingleItem().Position.ShouldBe(new Position(2));
    }

    [Fact]
    public async Task Call_OfAnEvent_IsFoundFromIt()
    {
        var run = await Runs.StartRunAsync();
        var call = await SavedCallAsync(run);
        await run.AppendAsync([new NewEvent(new ToolCalled("search"), new EventMetadata { CallId = call.Id, Actor = "me" })]);

        var recorded = (await run.ReadAllAsync())[0];

        recorded.Metadata.ShouldSatisfyAllConditions(m => m.CallId.ShouldBe(call.Id), m => m.Actor.ShouldBe("me"), m => m.Headers.ShouldBeEmpty());
        var found = (await Tasks.FindCallAsync(recorded.Metadata.CallId!))!;
        found.ShouldBe(call);
        (await Tasks.FindTaskAsync(found.TaskId))!.Run.ShouldBe(run.StreamName);
    }

    [Fact]
    public async Task CallOnce_ForACall_RecordsRequestAnswerAndRepeatForIt()
    {
        var run = await Runs.StartRunAsync();
        var call = await SavedCallAsync(run);
        var request = JsonElement.Parse("""{"tool":"search","arguments":{"q":"kettle"}}""");
        var response = new CallResponse(JsonElement.Parse("3"));
        Task<CallAnswer> AskAsync() => run.CallOnceAsync("tool", request, _ => Task.FromResult(response), new EventMetadata { CallId = call.Id });

        await AskAsync();
        await AskAsync();

        (await Tasks.ReadCallEventsAsync(call.Id).Select(e => e.Type).ToListAsync()).ShouldBe(["tool.called", "tool.returned", "call.answered"]);
    }

    [Fact]
    public async Task Branch_OfATask_HasThePrefixToo()
    {
        var run = await Runs.StartRunAsync();
        await run.AppendAsync(Events(2));
        var task = await SavedTaskAsync();
        var call = await Tasks.SaveCallAsync(NewCall(await SavedMessageAsync(task.Id)));
        await run.AppendAsync([ForCall(call, "shared"), ForCall(call, "not shared")]);
        var branch = await run.ForkAsync(new Position(3));
        await branch.AppendAsync([ForCall(call, "own")]);

        await Tasks.SaveTaskAsync(task with { Run = branch.StreamName });
        (await Tasks.ReadCallEventsAsync(call.Id).ToListAsync()).Select(Label).ShouldBe(["shared", "own"]);
        await Tasks.SaveTaskAsync(task with { Run = run.StreamName });
        (await Tasks.ReadCallEventsAsync(call.Id).ToListAsync()).Select(Label).ShouldBe(["shared", "not shared"]);
    }

    [Fact]
    public async Task Calls_WithoutRunOrEvents_HaveNone()
    {
        (await Tasks.ReadCallEventsAsync("nobody").AnyAsync()).ShouldBeFalse();
        var call = await SavedCallAsync();
        (await Tasks.ReadCallEventsAsync(call.Id).AnyAsync()).ShouldBeFalse();
        var task = (await Tasks.FindTaskAsync(call.TaskId))!;
        await Tasks.SaveTaskAsync(task with { Run = NewStream() });
        (await Tasks.ReadCallEventsAsync(call.Id).AnyAsync()).ShouldBeFalse();
        await Should.ThrowAsync<ArgumentNullException>(async () => await Tasks.ReadCallEventsAsync(null!).AnyAsync());
    }

    [Fact]
    public async Task Events_FurtherApartThanAPage_AreAllFound()
    {
        var run = await Runs.StartRunAsync();
        var call = await SavedCallAsync(run);
        await run.AppendAsync([ForCall(call, "first"), .. Enumerable.Range(0, 12_000).Select(i => new NewEvent(Labelled($"{i}")))]);
        await run.AppendAsync([ForCall(call, "last")]);

        (await Tasks.ReadCallEventsAsync(call.Id).ToListAsync()).Select(Label).ShouldBe(["first", "last"]);
    }

    [Fact]
    public async Task Tasks_OfARun_AreFound()
    {
        var run = NewStream();
        var first = await Tasks.SaveTaskAsync(NewTask(createdAt: 1) with { Run = run });
        var second = await Tasks.SaveTaskAsync(NewTask(createdAt: 2) with { Run = run, CompletionStatus = "success" });
        await Tasks.SaveTaskAsync(NewTask() with { Run = NewStream() });
        await SavedTaskAsync();

        var page = await Tasks.QueryTasksAsync(new TaskQuery { Run = run });
        page.Tasks.ShouldBe([second, first]);
        page.Total.ShouldBe(2);
        (await Tasks.QueryTasksAsync(new TaskQuery { Run = run, Completion = CompletionFilter.Active })).Tasks.ShouldBe([first]);
    }

    private static NewEvent ForCall(Call call, string label) => new(Labelled(label), new EventMetadata { CallId = call.Id });

    private async Task<Call> SavedCallAsync(Run run)
    {
        var task = await Tasks.SaveTaskAsync(NewTask() with { Run = run.StreamName });
        return await Tasks.SaveCallAsync(NewCall(await SavedMessageAsync(task.Id)));
    }
}
