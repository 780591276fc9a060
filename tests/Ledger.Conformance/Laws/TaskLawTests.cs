using FsCheck.Fluent;
using Ledger.Conformance.Tasks;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Laws;

/// <summary>Laws of tasks, calls and messages on random saves, of which many are refused.</summary>
public abstract class TaskLawTests(ITestEngine engine) : TaskTests(engine)
{
    [Fact]
    public async Task Saves_AtRandom_AreAnsweredAsInMemoryAndKeptAsTheLogSays()
    {
        var save =
            from kind in Gen.Elements(Enum.GetValues<TaskSaveKind>())
            from id in Gen.Choose(0, 5)
            from task in Gen.Choose(0, 4)
            from other in Gen.Choose(0, 5)
            from time in Gen.Choose(0, 9)
            select new TaskSave(kind, id, task, other, time);

        await Law.HoldsAsync(Law.ArraysOf(save, upTo: 50), CompareAsync, times: Scale.Of(12, 500));
    }

    [Fact]
    public Task Upsert_SavedAgain_ChangesNothing() => Law.HoldsAsync(
        Gen.Choose(0, 9).Two().Zip(Gen.Elements<string?>(null, "success", "ge\u00e4ndert \U0001FAD6", "")).ToArbitrary(),
        async values =>
        {
            var ((created, updated), status) = values;
            var task = NewTask(createdAt: created) with { UpdatedAt = At(updated), CompletionStatus = status };
            await Tasks.SaveTaskAsync(task);
            var call = NewCall(await SavedMessageAsync(task.Id), createdAt: created) with { Status = (CallStatus)(updated % 4) };
            await Tasks.SaveCallAsync(call);

            (await Tasks.SaveTaskAsync(task)).ShouldBe(task);
            (await Tasks.SaveCallAsync(call)).ShouldBe(call);
            await Tasks.SaveAsync(new TaskBatch(task) { Calls = [call] });

            (await Tasks.FindTaskAsync(task.Id)).ShouldBe(task);
            (await Tasks.ListCallsAsync(task.Id)).ShouldBe([call]);
            (await ReadAsync(StreamName.Task(task.Id))).Count.ShouldBe(7);
        },
        times: Scale.Of(15, 300));

    [Fact]
    public Task Messages_InAnyOrder_AreListedByTimeThenId() => Law.HoldsAsync(
        Law.ArraysOf(Gen.Choose(0, 3).Zip(Gen.Elements("a", "B", "\uFFEE", "\U0001F600")), upTo: 20),
        async drawn =>
        {
            var task = await SavedTaskAsync();
            var messages = drawn.Select(m => NewMessage(task.Id, m.Item2 + NewId(), timestamp: m.Item1)).ToArray();
            foreach (var batch in messages.Chunk(3))
            {
                await Tasks.SaveAsync(new TaskBatch(task.Id) { Messages = batch });
            }

            // A page of any size gives the same list.
            var sorted = messages.OrderBy(m => m.Timestamp).ThenBy(m => m.Id, Json.CodePointComparer.Instance).ToArray();
            (await Tasks.ListMessagesAsync(task.Id)).Messages.ShouldBe(sorted);
            var (seen, query) = (new List<Message>(), new MessageQuery(task.Id) { Limit = 1 + (drawn.Length % 4) });
            var page = await Tasks.ListMessagesAsync(query);
            seen.AddRange(page.Messages);
            while (page.Next is { } next)
            {
                page = await Tasks.ListMessagesAsync(query with { Start = PageStart.After(next) });
                seen.AddRange(page.Messages);
            }

            seen.ShouldBe(sorted);
        },
        times: Scale.Of(15, 300));

    private async Task CompareAsync(TaskSave[] saves)
    {
        var id = NewId();
        var (engine, reference) = (new TaskSavePlayer(Store, id), new TaskSavePlayer(new MemoryEventStore(), id));
        foreach (var save in saves)
        {
            (await engine.PlayAsync(save)).ShouldBe(await reference.PlayAsync(save), $"{save}");
        }

        (await engine.RowsAsync()).ShouldBe(await reference.RowsAsync());
        (await engine.RowsAsync()).ShouldBe(await engine.FoldAsync());
    }
}
