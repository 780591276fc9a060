using Ledger.Postgres.Log;
using Ledger.Postgres.Queries;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Queries;

/// <summary>Questions in SQL: what they answer, and what a hostile one cannot do.</summary>
public sealed class SqlQueriesTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private SqlQueries Queries => new(database.DataSource);

    [Fact]
    public async Task Ask_ReturnsColumnsAndRows_InTheSpellingOfTheServer()
    {
        await using var answer = await Queries.AskAsync(new SqlQuery(
            "select 1::bigint as n, null::text as t, 1.50 as d, '{a,NULL}'::text[] as l, timestamptz '2026-11-30 08:00+01' as at, '{\"b\":1}'::jsonb as j, interval '90 s' as i;"));

        answer.Columns.Select(c => $"{c.Name} {c.Type}").ShouldBe(
            ["n bigint", "t text", "d numeric", "l text[]", "at timestamp with time zone", "j jsonb", "i interval"]);
        (await answer.ReadAsync().ToListAsync()).ShouldHaveSingleItem().ShouldBe(
            ["1", null, "1.50", "{a,NULL}", "2026-11-30 07:00:00+00", "{\"b\": 1}", "00:01:30"]);
    }

    [Fact]
    public async Task Ask_ManyRows_AreReadPageByPage_AndAPlanIsOneToo()
    {
        await using var answer = await Queries.AskAsync(new SqlQuery("select n, repeat('x', 100) from generate_series(1, 2500) n order by n"));
        var read = await answer.ReadAsync().ToListAsync();
        (read.Count, read[^1][0]).ShouldBe((2_500, "2500"));
        (await answer.ReadAsync().ToListAsync()).ShouldBeEmpty();

        await using var plan = await Queries.AskAsync(new SqlQuery("explain select * from ledger.runs"));
        (await plan.ReadAsync().CountAsync()).ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Ask_ALargeAnswer_IsNotHeldInMemory()
    {
        await using var answer = await Queries.AskAsync(new SqlQuery("select repeat('x', 1000) from generate_series(1, 100000)"));
        var earlier = new List<WeakReference>();
        var rows = 0;
        await foreach (var row in answer.ReadAsync())
        {
            if (rows++ % 10_000 != 0)
            {
                continue;
            }

            // What was read is not kept while the rest is read; frames that continue may still have one or two.
            GC.Collect();
            earlier.Count(one => one.IsAlive).ShouldBeLessThan(3);
            earlier.Add(new WeakReference(row));
        }

        rows.ShouldBe(100_000);
    }

    [Fact]
    public async Task Ask_NeedsReader_WithoutThatRole_IsRefused_AndALargeRowToo()
    {
        var refused = await Should.ThrowAsync<SqlQueryException>(() => Queries.AskAsync(new SqlQuery("select 1") { NeedsReader = true }));
        (refused.Code, refused.Message).ShouldBe(("42501", $"The log has no role of readers, and '{new NpgsqlConnectionStringBuilder(database.ConnectionString).Username}' may read more than one may, "
            + "such as the keys of subjects. Run 'ledger roles create --owner ledger_owner' once, or connect as a role that may only read."));

        await using var answer = await Queries.AskAsync(new SqlQuery("select n, repeat('ä', n), 'b' from generate_series(40000, 59999, 9999) n") { MaxRowBytes = 100_010 });
        var read = new List<int>();
        var fault = await Should.ThrowAsync<SqlQueryException>(async () =>
        {
            await foreach (var row in answer.ReadAsync())
            {
                read.Add(row[1]!.Length);
            }
        });
        fault.Code.ShouldBe("54000");
        read.ShouldBe([40_000, 49_999]);
    }

    [Theory]
    [InlineData("select runn from ledger.runs", "42703", "The question was refused: column \"runn\" does not exist (line 1, column 8).")]
    [InlineData("select 1,\n  🫖 + nope", "42703", "The question was refused: column \"🫖\" does not exist (line 2, column 3).")]
    [InlineData("select '🫖',\n 2 frm x", "42601", "The question was refused: syntax error at or near \"x\" (line 2, column 8).")]
    [InlineData("explain select 1 + nope", "42703", "The question was refused: column \"nope\" does not exist (line 1, column 20).")]
    [InlineData("select 1 / (n - 3) from generate_series(1, 5) n", "22012", "The question was refused: division by zero.")]
    [InlineData("select 'open", "42601", "The question was refused: unterminated quoted string at or near \"'open\" (line 1, column 8).")]
    public async Task Ask_AWrongQuestion_IsRefusedWithOneSentenceAndItsPlace(string text, string code, string message)
    {
        var fault = await Should.ThrowAsync<SqlQueryException>(() => ReadAsync(text));
        (fault.Code, fault.Message).ShouldBe((code, message));
    }

    private static readonly string[] HostileTexts =
    [
        "with gone as (delete from ledger.mt_events returning id) select * from gone",
        "with made as (insert into ledger.event_contract values ('x', 1, '{}', null, false, 'x', now(), now()) returning name) select * from made",
        "select * into ledger.stolen from ledger.events",
        "select * from ledger.mt_streams for update",
        "explain analyze delete from ledger.mt_streams",
        "explain analyze create table ledger.made as select 1",
        "explain analyze with gone as (delete from ledger.mt_streams returning id) select * from gone",
        "explain (analyze) select pg_terminate_backend(pg_backend_pid())",
        "select nextval('ledger.mt_events_sequence')",
        "select set_config('transaction_read_only', 'off', true)",
        "select set_config('role', 'none', true)",
        "select pg_catalog.set_config('statement_timeout', '0', false)",
        "select pg_cancel_backend(pid), pg_terminate_backend(pid) from pg_stat_activity",
        "select \"pg_terminate_backend\" (pid) from pg_stat_activity",
        "select PG_TERMINATE_BACKEND/**/(1)",
        "select (1).pg_terminate_backend",
        "select U&\"pg_terminat\\0065_backend\"(1)",
        "select pg_sleep(100)",
        "select pg_advisory_lock(1)",
        "select lo_export(1, '/tmp/x')",
        "select lo_import('/etc/passwd')",
        "select pg_read_file('/etc/passwd')",
        "select pg_notify('mt_events_appended', '')",
        "select query_to_xml('select pg_sleep(100)', true, true, '')",
        "select ledger.touch_v1('ledger:world', array['run:a'])",
        "select ledger.rebuild_world('run:kept')",
        "select ledger.index_events()",
        "select public.app_writes()",
        "select 1; drop table ledger.mt_events",
        "commit; drop table ledger.mt_events",
        "set transaction read write",
        "begin; set transaction read write",
        "do $$ begin perform 1; end $$",
        "call public.anything()",
        "copy ledger.mt_events to program 'cat'",
        "lock table ledger.mt_events",
        "listen x",
        "prepare transaction 'x'",
        "select E'\\'; drop table ledger.mt_events; --'; drop table ledger.mt_events",
    ];

    [Fact]
    public async Task Ask_HostileQuestions_AreAllRefused_AndChangeNothing()
    {
        await database.ExecuteAsync("create or replace function public.app_writes() returns int language sql volatile as 'select 1'");
        await new AgentLedger(database.Store).GetRun("kept").AppendAsync([new ObjectCreated("o", "Thing")]);
        const string State = """
            select concat_ws(' ',
                (select count(*) from ledger.mt_events), (select string_agg(id || version, ',' order by id) from ledger.mt_streams),
                (select last_value from ledger.mt_events_sequence), (select count(*) from pg_class),
                (select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())),
                (select count(*) from ledger.event_contract))
            """;
        var before = await database.ScalarAsync<string>(State);
        foreach (var text in HostileTexts)
        {
            var fault = await Should.ThrowAsync<SqlQueryException>(() => ReadAsync(text), text);
            fault.Message.ShouldNotContain("\n");
        }

        (await database.ScalarAsync<string>(State)).ShouldBe(before);

        // A connection that was used goes back to the pool without a trace.
        (await ReadAsync("select current_setting('transaction_read_only'), current_setting('standard_conforming_strings')"))[0].ShouldBe(["on", "on"]);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var setting = new NpgsqlCommand("select current_setting('transaction_read_only') || current_setting('search_path')", connection);
        ((string)(await setting.ExecuteScalarAsync())!).ShouldStartWith("off\"$user\"");
    }

    [Theory]
    [InlineData("select t.pg_terminate_backend from unnest(array[4711]) as t", "pg_terminate_backend", 10)]
    [InlineData("select * from crosstab('select pg_sleep(9)')", "crosstab", 15)]
    [InlineData("select database_to_xml(true, true, '')", "database_to_xml", 8)]
    [InlineData("select table_to_xmlschema('ledger.mt_events', true, true, '')", "table_to_xmlschema", 8)]
    [InlineData("select * from ts_stat('select pg_sleep(9)')", "ts_stat", 15)]
    public async Task Ask_ACallThatRunsATextOrLooksLikeAColumn_IsRefused(string text, string function, int column)
    {
        await database.ExecuteAsync("create or replace function public.crosstab(text) returns setof text language sql stable as 'select $1'");
        (await Should.ThrowAsync<SqlQueryException>(() => ReadAsync(text))).Message
            .ShouldBe($"The function '{function}' may do more than answer, and is not called (line 1, column {column}).");
    }

    [Fact]
    public async Task Limit_ASessionThatWasIdleForTheWholeTime_TookTooLong()
    {
        using var limit = new SqlTimeLimit(TimeSpan.FromSeconds(7), CancellationToken.None);
        var idle = new PostgresException("terminating connection due to idle-in-transaction timeout", "FATAL", "FATAL", "25P03");
        var fault = await Should.ThrowAsync<SqlQueryException>(() => limit.RunAsync<int>(_ => throw idle, "select 1", 0));
        (fault.Code, fault.Message).ShouldBe(("57014", "The answer took longer than 7 s. Ask for less, such as one run or a time, or allow more time."));
    }

    [Fact]
    public async Task Ask_LedgersOwnFunctions_AreAnswered()
    {
        var run = new AgentLedger(database.Store).GetRun("asked");
        await run.AppendAsync([new ObjectCreated("o", "Thing")]);
        (await ReadAsync("select at, type from history('run:asked')")).ShouldHaveSingleItem().ShouldBe(["0", "object.created"]);
        (await ReadAsync("select id from ledger.objects('run:asked')")).ShouldHaveSingleItem().ShouldBe(["o"]);
        (await ReadAsync("select count(*), random() < 2, clock_timestamp() > now() - interval '1 h' from ledger.events where stream = 'run:asked'"))[0].ShouldBe(["1", "t", "t"]);
    }

    [Fact]
    public async Task Ask_TooLong_EndsWithASentence()
    {
        var limit = TimeSpan.FromMilliseconds(50);
        const string Endless = "select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b";
        var fault = await Should.ThrowAsync<SqlQueryException>(() => ReadAsync(Endless, q => q with { Timeout = limit }));
        (fault.Code, fault.Message).ShouldBe(("57014", "The answer took longer than 0.05 s. Ask for less, such as one run or a time, or allow more time."));

        // Of many rows, none of which takes long.
        fault = await Should.ThrowAsync<SqlQueryException>(() => ReadAsync("select a from generate_series(1, 100000000) a", q => q with { Timeout = limit }));
        fault.Code.ShouldBe("57014");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => Queries.AskAsync(new SqlQuery("select 1"), cancelled.Token));
    }

    [Fact]
    public async Task Ask_WithARoleOfReaders_RunsAsIt_AndCannotLeaveIt()
    {
        var role = $"reader_{Guid.NewGuid():N}";
        await database.ExecuteAsync($"create role {role}; grant usage on schema ledger to {role}; grant select on ledger.events, ledger.runs to {role}");
        try
        {
            (await ReadAsync("select current_user", q => q with { Role = role }))[0].ShouldBe([role]);
            (await ReadAsync("select count(*) >= 0 from ledger.events", q => q with { Role = role }))[0].ShouldBe(["t"]);
            var denied = await Should.ThrowAsync<SqlQueryException>(() => ReadAsync("select * from ledger.mt_events", q => q with { Role = role }));
            (denied.Code, denied.Message).ShouldBe(("42501", "The question was refused: permission denied for table mt_events."));
            denied = await Should.ThrowAsync<SqlQueryException>(() => ReadAsync("select 1", q => q with { Role = "nobody_here" }));
            denied.Message.ShouldBe("There is no role 'nobody_here' that the session may become.");
            (await ReadAsync("select current_user <> 'ledger_reader'"))[0].ShouldBe(["t"]);
        }
        finally
        {
            await database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public async Task Ask_RoleOfReadersOfAnotherDatabase_IsNotTaken()
    {
        var role = $"reader_{Guid.NewGuid():N}";
        await database.ExecuteAsync($"create role {role}");
        try
        {
            (await RoleAsync()).ShouldBeNull();
            await database.ExecuteAsync($"grant usage on schema ledger to {role}");
            (await RoleAsync()).ShouldBe(role);
        }
        finally
        {
            await database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }

        async Task<object?> RoleAsync()
        {
            await using var connection = await database.DataSource.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = new NpgsqlCommand(SqlText.Load("query_role", new PostgresOptions().Schemas), connection);
            command.WithText(null).WithText(role);
            return await command.ExecuteScalarAsync();
        }
    }

    private async Task<List<IReadOnlyList<string?>>> ReadAsync(string text, Func<SqlQuery, SqlQuery>? change = null)
    {
        var query = new SqlQuery(text);
        await using var answer = await Queries.AskAsync(change?.Invoke(query) ?? query);
        return await answer.ReadAsync().ToListAsync();
    }
}
