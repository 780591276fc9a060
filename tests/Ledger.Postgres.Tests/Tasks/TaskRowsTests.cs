using System.Globalization;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tasks;

/// <summary>The tables of tasks themselves: what others find there, what others leave, and what the log makes of them again.</summary>
public sealed class TaskRowsTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000);

    private readonly TaskLedger _tasks = new(database.Store);

    [Fact]
    public async Task Tables_HaveTheColumnsOfAgentOs()
    {
        (await ColumnsAsync("tasks")).ShouldStartWith("id, parent_task_id, completion_status, system_prompt, created_at, updated_at");
        (await ColumnsAsync("calls")).ShouldBe(
            "id, task_id, ability_name, parameters, status, details, created_at, updated_at, start_message_id, end_message_id");
        (await ColumnsAsync("messages")).ShouldStartWith("id, task_id, role, content, timestamp");
    }

    [Fact]
    public async Task Rows_AreWhatSqlFinds()
    {
        var task = await TaskAsync("sql");
        await _tasks.SaveMessageAsync(NewMessage(task.Id, "sql-m", "said"));

        (await ScalarAsync("select content || ' ' || m.\"timestamp\" from ledger.messages m join ledger.tasks t on t.id = m.task_id where t.id = 'sql'"))
            .ShouldBe("said 1760000000000");
    }

    [Fact]
    public async Task Rebuild_GivesTheSameRows()
    {
        var parent = await TaskAsync("rebuild-parent");
        for (var i = 0; i < 300; i++)
        {
            var task = NewTask($"rebuild-{i}") with { ParentTaskId = parent.Id };
            var message = NewMessage(task.Id, $"rebuild-{i}-m", $"{i}");
            await _tasks.SaveAsync(new TaskBatch(task) { Messages = [message], Calls = [NewCall(message, $"rebuild-{i}-c")] });
        }

        var first = NewMessage("rebuild-0", "rebuild-0-m", "");
        await _tasks.SaveCallAsync(NewCall(first, "rebuild-0-c") with { Status = CallStatus.Failed, UpdatedAt = Time.AddSeconds(1) });
        await _tasks.SaveTaskAsync(parent with { CompletionStatus = "success" });
        await _tasks.TryLeaseAsync("rebuild-1", "runner", TimeSpan.FromHours(1));
        for (var i = 0; i < 3; i++)
        {
            await database.Store.ImportAsync(ManyAsync("rebuild-2", 4_000, i));
        }

        var before = await RowsAsync();
        await ScalarAsync("update ledger.messages set content = 'forged' where id = 'rebuild-5-m'");
        await new ProjectionAdmin(database.DataSource).RebuildAsync("ledger:task");

        (await RowsAsync()).ShouldBe(before);
        await ScalarAsync("update ledger.tasks set system_prompt = 'forged' where id in ('rebuild-parent', 'rebuild-7')");
        await new ProjectionAdmin(database.DataSource).RebuildAsync("task", StreamName.Task("rebuild-parent"));
        await new ProjectionAdmin(database.DataSource).RebuildAsync("task", StreamName.Task("rebuild-7"));
        (await RowsAsync()).ShouldBe(before);
        await ScalarAsync("truncate ledger.tasks cascade");
        await new ProjectionAdmin(database.DataSource).RebuildAsync("task");
        (await RowsAsync()).ShouldBe(before);
        (await _tasks.ListMessagesAsync("rebuild-2")).Total.ShouldBe(12_001);
        await _tasks.SaveMessageAsync(NewMessage("rebuild-2", "rebuild-after", "and on it goes"));
    }

    [Fact]
    public async Task OthersEvents_ThatFit_AreAddedAndThoseThatDoNotArePassedOver()
    {
        var task = await TaskAsync("others");
        await AppendAsAnotherProgramAsync("others", """{"id":"others-1","role":"user","content":"fits","timestamp":1}""");
        await AppendAsAnotherProgramAsync("others", """{"id":"others-2","role":"robot","content":"does not","timestamp":2}""");
        await AppendAsAnotherProgramAsync("others", """{"id":"others-3","role":"user","content":"fits too","timestamp":3}""");

        await _tasks.SaveMessageAsync(NewMessage(task.Id, "others-4", "ours"));
        var before = await RowsAsync();
        await new ProjectionAdmin(database.DataSource).RebuildAsync("ledger:task");

        (await RowsAsync()).ShouldBe(before);
        (await _tasks.ListMessagesAsync(task.Id)).Messages.Select(m => m.Id).ShouldBe(["others-1", "others-3", "others-4"]);
        (await ScalarAsync("select version from ledger.task_fault where stream = 'task:others'")).ShouldBe("3");
    }

    [Fact]
    public async Task CallersTransaction_RolledBack_LeavesNothing()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            var inside = new TaskLedger(database.Store.On(transaction));
            await inside.SaveTaskAsync(NewTask("rolled-back"));
            (await inside.FindTaskAsync("rolled-back")).ShouldNotBeNull();
        }

        await using (var transaction = await connection.BeginTransactionAsync())
        {
            var inside = new TaskLedger(database.Store.On(transaction));
            (await Should.ThrowAsync<UnknownReferenceException>(() => inside.SaveMessageAsync(NewMessage("rolled-back", "m", "x")))).Id.ShouldBe("rolled-back");
        }

        (await _tasks.FindTaskAsync("rolled-back")).ShouldBeNull();
    }

    [Fact]
    public async Task Retry_OfAnAppendWhoseAnswerGotLost_IsNoSecondMessage()
    {
        var task = await TaskAsync("retry");
        var saved = new NewEvent(new MessageSaved("retry-m", MessageRole.User, "once", 1));

        await database.Store.AppendAsync(StreamName.Task(task.Id), ExpectedVersion.Any, [saved]);
        var again = await database.Store.AppendAsync(StreamName.Task(task.Id), ExpectedVersion.Any, [saved]);

        again.Outcome.ShouldBe(AppendOutcome.AlreadyWritten);
        await Should.ThrowAsync<MessageExistsException>(() => _tasks.SaveMessageAsync(NewMessage(task.Id, "retry-m", "once")));
    }

    [Fact]
    public async Task SavedMessages_PayForNoRowsOfWorlds()
    {
        var task = await TaskAsync("no-world");
        await _tasks.SaveMessageAsync(NewMessage(task.Id, "no-world-m", "x"));

        (await ScalarAsync("select count(*) from ledger.world_head where stream = 'task:no-world'")).ShouldBe("0");
    }

    private static AgentTask NewTask(string id) => new() { Id = id, SystemPrompt = "p", CreatedAt = Time, UpdatedAt = Time };

    private static Message NewMessage(string taskId, string id, string content) =>
        new() { Id = id, TaskId = taskId, Role = MessageRole.User, Content = content, Timestamp = Time };

    private static Call NewCall(Message start, string id) => new()
    {
        Id = id,
        TaskId = start.TaskId,
        AbilityName = "a:b",
        Parameters = "{}",
        Status = CallStatus.Pending,
        Details = "{}",
        CreatedAt = Time,
        UpdatedAt = Time,
        StartMessageId = start.Id,
    };

    private static async IAsyncEnumerable<StreamEvent> ManyAsync(string taskId, int count, int round)
    {
        await Task.Yield();
        for (var i = 0; i < count; i++)
        {
            yield return new StreamEvent(StreamName.Task(taskId), new NewEvent(new MessageSaved($"{taskId}-{round}-{i}", MessageRole.User, "x", i)));
        }
    }

    private Task<AgentTask> TaskAsync(string id) => _tasks.SaveTaskAsync(NewTask(id));

    private Task<string> AppendAsAnotherProgramAsync(string taskId, string message) => ScalarAsync($$"""
        with stream as (update ledger.mt_streams set version = version + 1 where id = 'task:{{taskId}}' returning id, version)
        insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived)
        select nextval('ledger.mt_events_sequence'), gen_random_uuid(), id, version, '{{message}}', 'message.saved', now(), '*DEFAULT*', 'x', false
        from stream
        """);

    private async Task<string> RowsAsync() => await ScalarAsync("""
        select (select md5(string_agg(t::text, ',' order by t.id)) from ledger.tasks t)
            || (select md5(string_agg(m::text, ',' order by m.id)) from ledger.messages m)
            || (select md5(string_agg(c::text, ',' order by c.id)) from ledger.calls c)
            || (select md5(string_agg(l::text, ',' order by l.task_id)) from ledger.task_lease l)
        """);

    private Task<string> ColumnsAsync(string table) => ScalarAsync($"""
        select string_agg(column_name, ', ' order by ordinal_position) from information_schema.columns
        where table_schema = 'ledger' and table_name = '{table}'
        """);

    private async Task<string> ScalarAsync(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture)!;
    }
}
