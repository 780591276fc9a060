using System.Diagnostics;
using Ledger.Conformance;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Forgetting;

/// <summary>The built commands that erase and restore, stopped by SIGKILL in the middle of a statement: the next one finishes what was begun, and nothing is half in between.</summary>
public sealed class KilledCommandTests(CliDatabase database) : IClassFixture<CliDatabase>, IAsyncLifetime
{
    private NpgsqlDataSource _log = null!;

    public Task InitializeAsync()
    {
        _log = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _log.DisposeAsync();

    [Fact]
    public async Task Mask_Killed_IsResumedAndNeverHalf()
    {
        const int Events = 700;
        await database.StartAsync("people", 0);
        var lines = Enumerable.Range(1, Events).Select(i => $$$"""{"type":"object.created","data":{"id":"c{{{i}}}","type":"Person","data":{"mail":"jane.doe@example.com"} } }""");
        (await (database.Cli with { Input = string.Join('\n', lines) }).RunAsync("append", "run:people", "--file", "-")).ShouldSucceed();
        string[] mask = ["mask", "--stream", "people", "--path", "$.data.mail", "--reason", "request 17"];

        // Within the first page of 500, and within the second one.
        foreach (var (held, masked) in Some(
            ("select from ledger.mt_streams where id = 'run:people' for update", 0),
            ("lock table ledger.rewritten_payload in share mode", 0),
            ("select from ledger.mt_events where stream_id = 'run:people' and version = 600 for update", 500)))
        {
            await KillAsync(held, false, mask);
            (await TextAsync($"""
                select count(*) filter (where e.data::text not like '%jane%') || ' ' || count(m.seq) || ' ' || count(n.id)
                from ledger.mt_events as e
                left join ledger.masked_event as m on m.seq = e.seq_id
                left join ledger.mt_events as n on n.id = m.masked_by and n.type = 'event.masked'
                where e.stream_id = 'run:people'
                """)).ShouldBe($"{masked} {masked} {masked}", held);
        }

        (await database.Cli.RunAsync(mask)).ShouldSucceed().ShouldContain($"masked     : {Events - 500}\n");
        (await TextAsync("""
            select count(*) || ' ' || count(distinct data ->> 'event_id') || ' ' || (select count(*) from ledger.mt_events where data::text like '%jane%') || ' '
                || (select count(*) from ledger.world_object where data::text like '%jane%')
            from ledger.mt_events where stream_id = 'masked:run:people'
            """)).ShouldBe($"{Events} {Events} 0 0");
    }

    [Fact]
    public async Task RetentionAndRestore_Killed_AreResumedAndNeverHalf()
    {
        var folder = Directory.CreateTempSubdirectory("ledger-killed-").FullName;
        try
        {
            const int Events = 10_500;
            await database.FillAsync("long", Events);
            await database.StartAsync("short", 3);
            await TextAsync("with aged as (update ledger.mt_streams set timestamp = timestamp - case id when 'run:long' then 200 else 100 end * interval '1 day' where id in ('run:long', 'run:short') returning 1) select count(*)::text from aged");
            var before = await DumpAsync();
            string[] run = ["retention", "run", "--kind", "run", "--older-than", "90d", "--archive", folder];

            // Where the run begins, while its files are named, and in the first page: nothing is gone, and each begins again.
            foreach (var held in Some(
                "lock table ledger.retention_run in share mode",
                "lock table ledger.retention_stream in share mode",
                "select from ledger.mt_streams where id = 'run:long' for update",
                "select from ledger.mt_events where stream_id = 'run:long' and version = 10000 for update"))
            {
                await KillAsync(held, false, run);
                (await ShownAsync()).ShouldBe("long 10500, short 3", held);
            }

            // In the second page, in the next stream, and at the end of the run.
            await KillAsync("select from ledger.mt_events where stream_id = 'run:long' and version = 7 for update", false, run);
            (await ShownAsync()).ShouldBe("short 3");
            foreach (var (held, isAnswered, shown) in Some(
                ("select from ledger.mt_events where stream_id = 'run:short' and version = 2 for update", true, ""),
                ("lock table ledger.retention_run in share mode", false, "")))
            {
                await KillAsync(held, isAnswered, run);
                (await ShownAsync()).ShouldBe(shown, held);
            }

            (await database.Cli.RunAsync(run)).ShouldSucceed();
            var report = (await database.Cli.RunAsync("retention", "report", await TextAsync("select min(id)::text from ledger.retention_run"))).ShouldSucceed();
            report.ShouldContain($"The archives are in {folder}");
            var files = Directory.GetFiles(folder, "*", new EnumerationOptions { AttributesToSkip = 0 });
            files.Length.ShouldBe(2, "What an attempt left is deleted.");
            files.ShouldAllBe(file => report.Contains(Path.GetFileName(file), StringComparison.Ordinal));
            (await TextAsync("select string_agg(s.name || ' ' || s.count, ', ' order by s.name) from (select data ->> 'stream' as name, sum((data ->> 'to')::bigint - (data ->> 'from')::bigint + 1) as count from ledger.mt_events where type = 'retention.removed' group by 1) as s"))
                .ShouldBe("run:long 10500, run:short 3");

            string[] restore = ["retention", "restore", files.Single(file => Path.GetFileName(file).StartsWith("run-long", StringComparison.Ordinal))];
            foreach (var (held, isAnswered) in Some(
                ("lock table ledger.mt_streams in share mode", false),
                ("select pg_advisory_xact_lock(ledger.projection_key_v1('ledger:search'))", true),
                ("lock table ledger.run_summary in share mode", false)))
            {
                await KillAsync(held, isAnswered, restore);
                (await ShownAsync()).ShouldBe("", held);
            }

            (await database.Cli.RunAsync(restore)).ShouldSucceed();
            (await ShownAsync()).ShouldBe("long 10500");
            (await database.Cli.RunAsync("retention", "restore", files.Single(file => file != restore[2]))).ShouldSucceed();
            (await DumpAsync()).ShouldBe(before);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // A process costs most of a second: the last of the places, or all of them.
    private static T[] Some<T>(params T[] places) => places[^Scale.Of(1, places.Length)..];

    // What readers see of the two runs.
    private async Task<string> ShownAsync()
    {
        var shown = new List<string>();
        foreach (var (name, last) in new[] { ("long", "10499"), ("short", "2") })
        {
            var events = await database.Cli.RunAsync("events", name, "--last", "1");
            if (events.ExitCode == 0)
            {
                events.Output.TrimStart().ShouldStartWith($"{last} ");
                shown.Add($"{name} {int.Parse(last, null) + 1}");
            }
            else
            {
                events.ShouldBeRefused(1, $"There is no stream '{name}'. 'ledger run list' and 'ledger branches' show what exists.");
            }
        }

        return string.Join(", ", shown);
    }

    // Kills the command where it waits for what is held. What the server was asked then is answered to no one, or its session ends too.
    private async Task KillAsync(string held, bool isAnswered, params string[] args)
    {
        await using var connection = await _log.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand(held, connection))
        {
            await hold.ExecuteNonQueryAsync();
        }

        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Ledger.Cli.dll"), .. args])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["LEDGER_POSTGRES"] = database.ConnectionString;
        using var process = Process.Start(info)!;
        var stuck = "";
        while (stuck.Length == 0)
        {
            process.HasExited.ShouldBeFalse($"The command did not wait for: {held}");
            stuck = await TextAsync($"select coalesce((select pid::text from pg_stat_activity where {connection.ProcessID} = any (pg_blocking_pids(pid)) limit 1), '')");
        }

        process.Kill();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(137);
        if (!isAnswered)
        {
            await TextAsync($"select pg_terminate_backend({stuck})::text");
        }

        await transaction.RollbackAsync();
        while (await TextAsync($"select count(*)::text from pg_stat_activity where pid = {stuck}") != "0")
        {
        }
    }

    private Task<string> DumpAsync() => TextAsync("""
        select (select md5(string_agg(to_jsonb(e)::text, '' order by e.seq_id)) from ledger.mt_events as e where e.stream_id in ('run:long', 'run:short'))
            || (select string_agg(to_jsonb(t)::text, '' order by t.id) from ledger.mt_streams as t where t.id in ('run:long', 'run:short'))
        """);

    private async Task<string> TextAsync(string sql)
    {
        await using var command = _log.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
