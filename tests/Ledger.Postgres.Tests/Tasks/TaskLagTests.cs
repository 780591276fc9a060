using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Tasks;
using Npgsql;
using NpgsqlTypes;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tasks;

/// <summary>Another program appends to tasks by plain SQL, without their rows: the next question has them.</summary>
public sealed class TaskLagTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private readonly TaskLedger _tasks = new(database.Store);

    [Fact]
    public async Task Task_AppendedByOthers_IsFoundByEveryQuestion()
    {
        async Task IsFoundAsync(string id, Func<Task<bool>> ask)
        {
            await AppendTaskAsync(id);
            await AppendAsync(id, "message.saved", new JsonObject { ["id"] = $"{id}-m", ["role"] = "user", ["content"] = "x", ["timestamp"] = 1 });
            await AppendAsync(id, "call.saved", CallJson($"{id}-c", $"{id}-m"));
            (await ask()).ShouldBeTrue(id);
        }

        await IsFoundAsync("find", async () => await _tasks.FindTaskAsync("find") is not null);
        await IsFoundAsync("message", async () => await _tasks.FindMessageAsync("message-m") is not null);
        await IsFoundAsync("call", async () => await _tasks.FindCallAsync("call-c") is not null);
        await IsFoundAsync("messages", async () => (await _tasks.ListMessagesAsync("messages")).Total == 1);
        await IsFoundAsync("calls", async () => (await _tasks.ListCallsAsync("calls")).Count == 1);
        await IsFoundAsync("progress", async () => (await _tasks.ListCallsInProgressAsync()).Any(c => c.Id == "progress-c"));
        await IsFoundAsync("query", async () => (await _tasks.QueryTasksAsync(new TaskQuery())).Tasks.Any(t => t.Id == "query"));
        await IsFoundAsync("recover", async () => (await _tasks.RecoverAsync()).Calls.Any(c => c.Call.Id == "recover-c"));
        await IsFoundAsync("tree", async () => await _tasks.GetTreeAsync("tree") is not null);
    }

    [Fact]
    public async Task Child_AskedForFirst_IsAppliedBehindItsParent()
    {
        await AppendTaskAsync("child-parent");
        await AppendTaskAsync("child", parent: "child-parent");

        (await _tasks.FindTaskAsync("child"))!.ParentTaskId.ShouldBe("child-parent");
        await AppendTaskAsync("grown-parent");
        await _tasks.SaveTaskAsync(new AgentTask
        {
            Id = "grown",
            ParentTaskId = "grown-parent",
            SystemPrompt = "p",
            CreatedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
        });
        (await _tasks.GetTreeAsync("grown-parent"))!.Subtasks.ShouldHaveSingleItem().Task.Id.ShouldBe("grown");
        (await database.ScalarAsync<long>("select count(*) from ledger.task_fault where stream like '%child%' or stream like '%grown%'")).ShouldBe(0);
    }

    [Fact]
    public async Task ReadOnly_Session_AnswersFromTheRowsThatThereAre()
    {
        await AppendTaskAsync("read-only");
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var readOnly = new NpgsqlCommand("set transaction read only", connection, transaction);
            await readOnly.ExecuteNonQueryAsync();
            (await new TaskLedger(database.Store.On(transaction)).FindTaskAsync("read-only")).ShouldBeNull();
        }

        await using (var transaction = await connection.BeginTransactionAsync())
        {
            (await new TaskLedger(database.Store.On(transaction)).FindTaskAsync("read-only")).ShouldNotBeNull();
        }

        (await _tasks.FindTaskAsync("read-only")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Tail_LaterCommitOfALowerNumber_IsNotPassed()
    {
        await using var further = new LedgerDatabase();
        await further.InitializeAsync();
        var tasks = new TaskLedger(further.Store);
        await tasks.SaveTaskAsync(new AgentTask { Id = "t", SystemPrompt = "p", CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch });
        await using var connection = await further.DataSource.OpenConnectionAsync();
        await using var slow = await connection.BeginTransactionAsync();
        await AppendAsync(connection, "late", "task.saved", TaskJson(null));

        // So many events that the tail is worth moving, again and again.
        for (var i = 0; i < 3; i++)
        {
            await tasks.SaveAsync(new TaskBatch("t")
            {
                Messages = [.. Enumerable.Range(0, 1_200).Select(n => new Message
                {
                    Id = $"{i}-{n}", TaskId = "t", Role = MessageRole.User, Content = "x", Timestamp = DateTimeOffset.UnixEpoch,
                })],
            });
            (await tasks.QueryTasksAsync(new TaskQuery())).Tasks.ShouldHaveSingleItem().Id.ShouldBe("t");
        }

        (await further.ScalarAsync<long>("select seq from ledger.task_tail")).ShouldBe(0);
        await slow.CommitAsync();
        (await tasks.QueryTasksAsync(new TaskQuery())).Tasks.Select(t => t.Id).ShouldBe(["t", "late"], ignoreOrder: true);
        await tasks.QueryTasksAsync(new TaskQuery());
        (await further.ScalarAsync<long>("select seq from ledger.task_tail")).ShouldBeGreaterThan(1_000);
        await AppendAsync(connection, "later", "task.saved", TaskJson(null));
        (await tasks.QueryTasksAsync(new TaskQuery())).Tasks.Count.ShouldBe(3);
    }

    [Fact]
    public async Task CallEvents_InSql_AreThoseOfTheCall()
    {
        await AppendTaskAsync("sql");
        await AppendAsync("sql", "message.saved", new JsonObject { ["id"] = "sql-m", ["role"] = "user", ["content"] = "x", ["timestamp"] = 1 });
        await AppendAsync("sql", "call.saved", CallJson("sql-c", "sql-m"));
        var task = (await _tasks.FindTaskAsync("sql"))!;
        await _tasks.SaveTaskAsync(task with { Run = Ledger.StreamName.Run("sql") });
        var run = new AgentLedger(database.Store).GetRun("sql");
        var metadata = new EventMetadata { CallId = "sql-c" };
        await run.AppendAsync([new NewEvent(new KitLoaded("k")), new NewEvent(new ToolCalled("t"), metadata)]);
        await run.AppendAsync([new NewEvent(new ToolReturned(), metadata)]);

        (await database.ScalarAsync<string>("select string_agg(at || ' ' || type, ', ' order by at) from ledger.call_events('sql-c')"))
            .ShouldBe("1 tool.called, 2 tool.returned");
        (await database.ScalarAsync<long>("select count(*) from ledger.call_events('nobody')")).ShouldBe(0);
    }

    private static JsonObject TaskJson(string? parent) =>
        new() { ["system_prompt"] = "p", ["created_at"] = 1, ["updated_at"] = 1, ["parent_task_id"] = parent };

    private static JsonObject CallJson(string id, string start) => new()
    {
        ["id"] = id,
        ["ability_name"] = "a:b",
        ["parameters"] = "{}",
        ["status"] = "in_progress",
        ["details"] = "{}",
        ["created_at"] = 1,
        ["updated_at"] = 1,
        ["start_message_id"] = start,
    };

    private Task AppendTaskAsync(string id, string? parent = null) => AppendAsync(id, "task.saved", TaskJson(parent));

    private async Task AppendAsync(string taskId, string type, JsonObject data)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await AppendAsync(connection, taskId, type, data);
    }

    private static async Task AppendAsync(NpgsqlConnection connection, string taskId, string type, JsonObject data)
    {
        await using var command = new NpgsqlCommand(
            """
            with stream as (
                insert into ledger.mt_streams (id, type, version, timestamp, created, tenant_id, is_archived)
                values ('task:' || $1, null, 1, now(), now(), '*DEFAULT*', false)
                on conflict (id) do update set version = mt_streams.version + 1
                returning id, version)
            insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived)
            select nextval('ledger.mt_events_sequence'), gen_random_uuid(), id, version, $3, $2, now(), '*DEFAULT*', 'x', false
            from stream
            """,
            connection);
        command.Parameters.WithText(taskId).WithText(type).With(data.ToJsonString(), NpgsqlDbType.Jsonb);
        await command.ExecuteNonQueryAsync();
    }
}
