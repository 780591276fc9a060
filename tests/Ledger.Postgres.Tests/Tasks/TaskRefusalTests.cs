using Ledger.Conformance.Log;
using Ledger.Log;
using Ledger.Postgres.Tests.Log.Appending;
using Ledger.Postgres.Tests.Telemetry;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tasks;

/// <summary>A request that breaks a rule of the tasks is answered with a row: nothing fails, and the requests gathered with it are written.</summary>
public sealed class TaskRefusalTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000);

    [Fact]
    public async Task Refused_InABatch_TheOthersAreWrittenWithIt()
    {
        using var measured = new Measurements("ledger.append.batch.size");
        await using var store = new PostgresEventStore(database.DataSource, new PostgresOptions { AppendLanes = 1, LongestBatchSeconds = 30 });
        var tasks = new TaskLedger(store);
        await tasks.SaveTaskAsync(NewTask("batch"));
        await using var held = await HeldStream.CreateAsync(database);

        var head = store.AppendAsync(held.Name, ExpectedVersion.Any, [new KitLoaded("kit")]);
        await held.WaitForWaitersAsync();
        var run = new AgentLedger(store).GetRun("beside");
        var before = run.AppendAsync([new ObjectCreated("o", "Claim")]);
        var first = tasks.SaveMessageAsync(NewMessage("batch", "batch-1"));
        var unknown = tasks.SaveMessageAsync(NewMessage("batch-nowhere", "batch-2"));
        var again = tasks.SaveMessageAsync(NewMessage("batch", "batch-1"));
        var second = tasks.SaveMessageAsync(NewMessage("batch", "batch-3"));
        var call = tasks.SaveCallAsync(NewCall("batch", "batch-c", "batch-3"));
        var other = tasks.SaveTaskAsync(NewTask("batch-other"));
        var stale = store.AppendAsync(StreamName.Task("batch"), ExpectedVersion.NoStream, [new MessageSaved("batch-4", MessageRole.User, "x", 1)]);
        var more = Enumerable.Range(0, 33).Select(n => tasks.SaveMessageAsync(NewMessage("batch", $"batch-more-{n}"))).ToArray();
        await held.DisposeAsync();

        await Task.WhenAll([head, before, first, second, call, other, .. more]);
        (await Should.ThrowAsync<UnknownReferenceException>(() => unknown)).Id.ShouldBe("batch-nowhere");
        (await Should.ThrowAsync<MessageExistsException>(() => again)).MessageId.ShouldBe("batch-1");
        await Should.ThrowAsync<WrongExpectedVersionException>(() => stale);

        // Only a batch that has succeeded is measured.
        measured.Of("ledger.append.batch.size").ShouldContain(41);
        (await tasks.ListMessagesAsync("batch")).Total.ShouldBe(35);
        (await tasks.FindCallAsync("batch-c"))!.StartMessageId.ShouldBe("batch-3");
        (await store.GetStreamAsync(StreamName.Task("batch-nowhere"))).ShouldBeNull();
        (await store.GetStreamAsync(StreamName.Task("batch")))!.Version.Value.ShouldBe(37);
        (await store.GetStreamAsync(StreamName.Task("batch-other")))!.Version.Value.ShouldBe(1);
        (await run.FindObjectAsync("o")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Refused_Alone_IsNamedByTheCallThatRefuses()
    {
        var tasks = new TaskLedger(database.Store);
        await tasks.SaveTaskAsync(NewTask("alone"));
        await tasks.SaveMessageAsync(NewMessage("alone", "alone-1"));
        await tasks.SaveCallAsync(NewCall("alone", "alone-c", "alone-1") with { Status = CallStatus.Completed });

        // A message by itself is first tried by the function for new ones, which names nothing.
        (await CountAsync<MessageExistsException>(() => tasks.SaveMessageAsync(NewMessage("alone", "alone-1")))).ShouldBe(2);
        (await CountAsync<UnknownReferenceException>(() => tasks.SaveMessageAsync(NewMessage("alone-nowhere", "alone-2")))).ShouldBe(2);
        (await CountAsync<UnknownReferenceException>(() => tasks.SaveAsync(new TaskBatch(NewTask("alone"))
        {
            Messages = [NewMessage("alone", "alone-3")],
            Calls = [NewCall("alone", "alone-d", "alone-4")],
        }))).ShouldBe(1);
        (await database.Store.GetStreamAsync(StreamName.Task("alone-nowhere"))).ShouldBeNull();
        (await database.Store.GetStreamAsync(StreamName.Task("alone")))!.Version.Value.ShouldBe(3);
    }

    [Fact]
    public async Task Refused_InACallersTransaction_ItGoesOn()
    {
        var tasks = new TaskLedger(database.Store);
        await tasks.SaveTaskAsync(NewTask("inside"));
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var inside = new TaskLedger(database.Store.On(transaction));

        await inside.SaveMessageAsync(NewMessage("inside", "inside-1"));
        await Should.ThrowAsync<MessageExistsException>(() => inside.SaveMessageAsync(NewMessage("inside", "inside-1")));
        await inside.SaveMessageAsync(NewMessage("inside", "inside-2"));
        await transaction.CommitAsync();

        (await tasks.ListMessagesAsync("inside")).Total.ShouldBe(2);
    }

    private static async Task<int> CountAsync<T>(Func<Task> call)
        where T : Exception
    {
        using var trips = new RoundTrips();
        await Should.ThrowAsync<T>(call);
        return trips.Sent.Count;
    }

    private static AgentTask NewTask(string id) => new() { Id = id, SystemPrompt = "p", CreatedAt = Time, UpdatedAt = Time };

    private static Message NewMessage(string taskId, string id) =>
        new() { Id = id, TaskId = taskId, Role = MessageRole.User, Content = "said", Timestamp = Time };

    private static Call NewCall(string taskId, string id, string start) => new()
    {
        Id = id,
        TaskId = taskId,
        AbilityName = "a:b",
        Parameters = "{}",
        Status = CallStatus.Pending,
        Details = "{}",
        CreatedAt = Time,
        UpdatedAt = Time,
        StartMessageId = start,
    };
}
