using System.Diagnostics;
using System.Text.Json.Nodes;
using Ledger.Conformance;
using Ledger.Forgetting;
using Ledger.Postgres.Retention;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Retention;

/// <summary>A process of the server is killed in the middle of a masking and of a page of retention, and the server recovers.</summary>
public sealed class RetentionCrashTests
{
    [Fact]
    public async Task MaskAndRetention_BackendKilledInTheMiddle_AreResumedAfterTheRecovery()
    {
        var (_, database) = await LedgerDatabase.OnDurableServerAsync();
        await using var own = database;
        var folder = Directory.CreateTempSubdirectory("ledger-crash-").FullName;
        var run = new AgentLedger(database.Store).GetRun("crash");
        await run.AppendAsync([.. Enumerable.Range(0, 8).Select(i => new ObjectCreated($"o{i}", "T", new JsonObject { ["mail"] = "jane" }))]);
        var request = MaskRequest.OfStream(run.StreamName, "asked") with { Paths = ["$.data.mail"] };

        // Each recovery takes a second.
        if (Scale.IsSoak)
        {
            await CrashAsync(database, 5, () => new EventMasking(database.Store).MaskAsync(request));
        }

        (await database.ScalarAsync<string>("select count(*) filter (where data::text like '%jane%') || ' ' || (select count(*) from ledger.masked_event) from ledger.mt_events")).ShouldBe("8 0");
        (await new EventMasking(database.Store).MaskAsync(request)).Masked.ShouldBe(8);
        (await run.FindObjectAsync("o7"))!.Data["mail"].GetString().ShouldBe("****");

        // A page has five events with what masking has noted of each; the rows of the world are before them if a question has written them. What was committed is gone after the recovery, and no more.
        await database.ExecuteAsync("update ledger.mt_streams set timestamp = timestamp - interval '60 days'");
        var before = await DumpAsync(database);
        var options = new RetentionOptions { Policies = [new RetentionPolicy { Name = "old", Kind = RetentionKind.Run, OlderThan = TimeSpan.FromDays(30) }], Folder = folder };
        await CrashAsync(database, 2, () => new LogRetention(database.DataSource) { RowsOfPage = 10 }.RunAsync(options));
        (await database.ScalarAsync<string>("select t.version || ' ' || (select count(*) from ledger.mt_events as e where e.stream_id = t.id) from ledger.mt_streams as t where t.id = 'run:crash'")).ShouldBeOneOf("0 3", "0 2");
        (await database.Store.GetStreamAsync(run.StreamName)).ShouldBeNull();
        (await run.ReadAllAsync()).ShouldBeEmpty();
        await new LogRetention(database.DataSource) { RowsOfPage = 10 }.RunAsync(options);
        var report = (await new LogRetention(database.DataSource).FindReportAsync(1))!;
        report.Streams.Single().Events.ShouldBe(8);

        await using (var file = File.OpenRead(Path.Combine(folder, report.Streams[0].File!)))
        {
            await new LogRetention(database.DataSource).RestoreAsync(file);
        }

        (await DumpAsync(database)).ShouldBe(before);
        Directory.Delete(folder, recursive: true);
    }

    // Kills the process of the server that waits for an event.
    private static async Task CrashAsync(LedgerDatabase database, int version, Func<Task> act)
    {
        await using var holder = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await holder.OpenAsync();
        var transaction = await holder.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand($"select from ledger.mt_events where stream_id = 'run:crash' and version = {version} for update", holder))
        {
            await hold.ExecuteNonQueryAsync();
        }

        var acting = act();
        var stuck = 0;
        while (stuck == 0)
        {
            acting.IsCompleted.ShouldBeFalse();
            stuck = await database.ScalarAsync<int>($"select coalesce((select pid from pg_stat_activity where {holder.ProcessID} = any (pg_blocking_pids(pid)) limit 1), 0)");
        }

        Process.GetProcessById(stuck).Kill();
        await Should.ThrowAsync<NpgsqlException>(acting);

        // The server takes connections until it has noticed, and then ends all.
        await Should.ThrowAsync<NpgsqlException>(async () =>
        {
            while (true)
            {
                await using var ask = new NpgsqlCommand("select 1", holder);
                await ask.ExecuteScalarAsync();
            }
        });
        while (true)
        {
            try
            {
                database.DataSource.Clear();
                await database.ScalarAsync<int>("select 1");
                return;
            }
            catch (NpgsqlException)
            {
                // It recovers.
            }
        }
    }

    private static Task<string> DumpAsync(LedgerDatabase database) =>
        database.ScalarAsync<string>("select string_agg(to_jsonb(e)::text, '' order by e.seq_id) from ledger.mt_events as e where e.stream_id = 'run:crash'");
}
