using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tasks;

/// <summary>Which index each question to the tables of tasks goes by, as EXPLAIN tells.</summary>
public sealed class TaskPlansTests(TaskPlansTests.FilledDatabase database) : IClassFixture<TaskPlansTests.FilledDatabase>
{
    // A tenth of the tasks is in progress or has failed, and a task has ten others below it.
    private const string Fill = """
        insert into ledger.tasks (id, parent_task_id, completion_status, system_prompt, created_at, updated_at, run)
        select n::text,
               case when n >= 10 then (n / 10)::text end,
               case n % 20 when 0 then null when 1 then 'failed' else 'success' end,
               repeat('p', 300),
               n,
               n,
               case when n % 3 = 0 then 'run:' || n / 60 end
        from generate_series(1, 10000) as n;
        insert into ledger.task_lease (task_id, lease_id, runner, expires_at)
        select n::text, gen_random_uuid(), 'r', now() + interval '1 day' from generate_series(1, 5000) as n;
        insert into ledger.messages (id, task_id, role, content, timestamp, interrupted)
        select n::text, (n % 500 + 1)::text, 'user', 'said', n, false from generate_series(1, 10000) as n;
        insert into ledger.calls (id, task_id, ability_name, parameters, status, details, created_at, updated_at, start_message_id)
        select n::text, (n % 500 + 1)::text, 'a:b', '{}', case n % 20 when 0 then 'in_progress' else 'completed' end, '{}', n, n, n::text
        from generate_series(1, 5000) as n;
        analyze ledger.tasks, ledger.messages, ledger.calls, ledger.task_lease
        """;

    [Fact]
    public async Task TasksByStatus_GoByTheirIndexes()
    {
        (await ExplainTasksAsync(active: true, status: null, parent: null)).ShouldUse("ix_tasks_active");
        (await ExplainTasksAsync(active: false, status: "failed", parent: null)).ShouldUse("ix_tasks_completion_status");
        (await ExplainTasksAsync(active: false, status: null, parent: "7")).ShouldUse("ix_tasks_parent_task_id");
        (await ExplainTasksAsync(active: false, status: null, parent: null, run: "run:7")).ShouldUse("ix_tasks_run");
        (await ExplainTasksAsync(active: false, status: null, parent: null)).ShouldUse("ix_tasks_created_at");
    }

    [Fact]
    public async Task PageFarBehind_StartsAtItsPlace()
    {
        var plan = await ExplainTasksAsync(active: false, status: null, parent: null, before: 100);

        plan.ShouldUse("ix_tasks_created_at");
        plan.ShouldContain("Index Cond: ((created_at >= '0'::bigint) AND (created_at <= '100000'::bigint) AND (ROW(created_at, id) < ROW('100'::bigint, ''::text)))");
    }

    [Fact]
    public async Task TotalsByStatus_AreCountedInIndexes()
    {
        (await ExplainCountAsync(active: true, status: null)).ShouldUse("ix_tasks_active");
        (await ExplainCountAsync(active: false, status: "failed")).ShouldUse("ix_tasks_completion_status");
    }

    [Fact]
    public async Task MessagesOfATask_GoByTaskAndTime()
    {
        (await ExplainAsync("list_messages", p => p.WithText("7").WithNumber(long.MinValue).WithText("").WithNumber(101).WithNumber(0)))
            .ShouldUse("ix_messages_task_timestamp");
        (await ExplainAsync("count_messages", p => p.WithText("7"))).ShouldUse("ix_messages_task_timestamp");
    }

    [Fact]
    public async Task Calls_GoByTaskOrStatus()
    {
        (await ExplainCallsAsync("7", null)).ShouldUse("ix_calls_task_id");
        (await ExplainCallsAsync("7", "in_progress")).ShouldUse("ix_calls_task_id");
        (await ExplainCallsAsync(null, "in_progress")).ShouldUse("ix_calls_status");
    }

    [Fact]
    public async Task Recovery_GoesByWhatIsUnderWay()
    {
        (await ExplainAsync("recover_tasks", p => p.WithNumber(long.MinValue).WithText("").WithNumber(100))).ShouldUse("ix_tasks_active");
        (await ExplainAsync("recover_calls", p => p.WithText("in_progress").WithNumber(long.MinValue).WithText("").WithNumber(100)))
            .ShouldUse("ix_calls_status");
    }

    [Fact]
    public async Task OneItem_GoesByItsKey()
    {
        (await ExplainAsync("find_task", p => p.WithText("7"))).ShouldUse("pk_tasks");
        (await ExplainAsync("find_call", p => p.WithText("7"))).ShouldUse("pk_calls");
        (await ExplainAsync("find_message", p => p.WithText("7"))).ShouldUse("pk_messages");
    }

    [Fact]
    public async Task Tree_GoesFromParentToChildren() =>
        (await ExplainAsync("task_tree", p => p.WithText("7"))).ShouldContain("ix_tasks_parent_task_id");

    private Task<string> ExplainTasksAsync(
        bool active, string? status, string? parent, string? run = null, long before = long.MaxValue) => ExplainAsync(
        "query_tasks",
        p => Filter(p, active, status, parent, run).WithNumber(before).WithText("").WithNumber(20).WithNumber(0));

    private Task<string> ExplainCountAsync(bool active, string? status) =>
        ExplainAsync("count_tasks", p => Filter(p, active, status, null));

    private Task<string> ExplainCallsAsync(string? taskId, string? status) => ExplainAsync(
        "list_calls", p => p.WithText(taskId).WithText(status).WithNumber(long.MinValue).WithText("").WithNumber(20));

    private static NpgsqlParameterCollection Filter(
        NpgsqlParameterCollection parameters, bool active, string? status, string? parent, string? run = null) => parameters
        .With(active, NpgsqlDbType.Boolean).WithText(status).WithText(parent).WithNumber(0).WithNumber(100_000).WithText(run);

    private async Task<string> ExplainAsync(string sql, Action<NpgsqlParameterCollection> addParameters)
    {
        await using var command = database.DataSource.CreateCommand("explain (costs off) " + SqlText.Load(sql, new PostgresOptions().Schemas));
        addParameters(command.Parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }

    /// <summary>A database with so many rows that it matters how they are found.</summary>
    public sealed class FilledDatabase : IAsyncLifetime, IAsyncDisposable
    {
        private readonly LedgerDatabase _database = new();

        public NpgsqlDataSource DataSource => _database.DataSource;

        public async Task InitializeAsync()
        {
            await _database.InitializeAsync();
            await using var fill = DataSource.CreateCommand(Fill);
            await fill.ExecuteNonQueryAsync();
        }

        public ValueTask DisposeAsync() => _database.DisposeAsync();

        Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();
    }
}

/// <summary>What is asked of a plan.</summary>
internal static class TaskPlanAssertions
{
    public static NpgsqlParameterCollection WithNumber(this NpgsqlParameterCollection parameters, long value) =>
        parameters.With(value, NpgsqlDbType.Bigint);

    public static void ShouldUse(this string plan, string index)
    {
        plan.ShouldContain(index);
        plan.ShouldNotContain("Seq Scan");
    }
}
