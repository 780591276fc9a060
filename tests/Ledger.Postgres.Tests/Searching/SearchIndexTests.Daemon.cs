using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Searching;

/// <content>Daemons that keep the index, and those that may not.</content>
public sealed partial class SearchIndexTests
{
    [Fact]
    public async Task Daemon_KeepsTheIndex_AndARebuildWritesItAgainBesideIt()
    {
        await AppendMixedAsync();
        await using var daemon = new ProjectionDaemon(_database.DataSource);
        await daemon.StartAsync();
        var events = await _database.ScalarAsync<long>("select count(*) from ledger.mt_events");
        await EventuallyAsync("select count(*) from ledger.search_entry", events);
        var admin = new ProjectionAdmin(_database.DataSource);
        (await admin.ListAsync()).Single(shard => shard.Projection == "ledger:search").Kind.ShouldBe("search");
        var before = await _database.ScalarAsync<string>("select md5(string_agg(seq::text || keys::text, ',' order by seq)) from ledger.search_entry");
        await _database.ExecuteAsync("update ledger.search_entry set keys = '{1}'");

        var reached = default(RebuildProgress);
        await admin.RebuildAsync("search", null, new Inline(report => reached = report));

        await EventuallyAsync("select count(*) from ledger.search_entry", events);
        (await _database.ScalarAsync<string>("select md5(string_agg(seq::text || keys::text, ',' order by seq)) from ledger.search_entry")).ShouldBe(before);
        (await Should.ThrowAsync<InvalidOperationException>(() => admin.RebuildAsync("ledger:search", StreamName.Run("a")))).Message
            .ShouldBe("What 'ledger:search' keeps is of several streams together. Rebuild all of it.");
        admin.Rebuildable.ShouldNotContain("ledger:search");
        await daemon.StopAsync();
    }

    [Fact]
    public async Task Daemon_OfAFilledLog_SaysFirstHowLargeTheIndexBecomes()
    {
        await _database.ScalarAsync<long>("select setval('ledger.mt_events_sequence', 200000)");
        await AppendMixedAsync();
        var newest = await _database.ScalarAsync<long>("select last_value from ledger.mt_events_sequence");
        var said = new Said(LogLevel.Information);
        await using var daemon = new ProjectionDaemon(_database.DataSource, logger: said);
        await daemon.StartAsync();

        (await said.Message.WaitAsync(TimeSpan.FromMinutes(2))).ShouldBe(
            $"The index of the search gets {newest} events that the log has already, about 148 MB on the disk, in the background; searches find the same meanwhile");
        await EventuallyAsync("select count(*) from ledger.search_entry", await _database.ScalarAsync<long>("select count(*) from ledger.mt_events"));
    }

    [Fact]
    public async Task Daemon_ThatMayNotWriteTheIndex_WaitsAndIsNotStopped()
    {
        await AppendMixedAsync();
        await _database.ExecuteAsync("alter table ledger.search_entry rename to elsewhere");
        var said = new Said();
        await using (var daemon = new ProjectionDaemon(_database.DataSource, logger: said))
        {
            await daemon.StartAsync();
            (await said.Message.WaitAsync(TimeSpan.FromMinutes(2))).ShouldBe(
                "Shard ledger:search:All cannot be written and waits, which makes no answer wrong: relation \"ledger.search_entry\" does not exist. It is tried again every half minute");
            (await new ProjectionAdmin(_database.DataSource).ListAsync()).Single(shard => shard.Projection == "ledger:search").State.ShouldBe(ShardState.Running);
        }

        await _database.ExecuteAsync("alter table ledger.elsewhere rename to search_entry");
        await using (var daemon = new ProjectionDaemon(_database.DataSource, logger: said))
        {
            await daemon.StartAsync();
            await EventuallyAsync("select count(*) from ledger.search_entry", await _database.ScalarAsync<long>("select count(*) from ledger.mt_events"));
        }
    }

    [Fact]
    public async Task Daemon_OfARoleThatMayNotWriteTheIndex_LeavesItToAnother()
    {
        await AppendMixedAsync();
        var role = $"reader_{Guid.NewGuid():N}";
        await _database.ExecuteAsync($"""
            create role {role};
            grant usage on schema ledger to {role};
            grant select on all tables in schema ledger to {role};
            grant execute on all functions in schema ledger to {role}
            """);
        try
        {
            var source = new Npgsql.NpgsqlConnectionStringBuilder(_database.ConnectionString) { Options = $"-c role={role}" };
            await using var reading = Npgsql.NpgsqlDataSource.Create(source);

            // It has a place in the node's own tables or not.
            foreach (var table in new[] { "projection_shard", "search_entry" })
            {
                var said = new Said();
                await using var reader = new ProjectionDaemon(reading, logger: said);
                await reader.StartAsync();
                (await said.Message.WaitAsync(TimeSpan.FromMinutes(2))).ShouldStartWith("Shard ledger:search:All cannot be written and waits, which makes no answer wrong: permission denied for ");
                if (table == "search_entry")
                {
                    await using var daemon = new ProjectionDaemon(_database.DataSource);
                    await daemon.StartAsync();
                    await EventuallyAsync("select count(*) from ledger.search_entry", await _database.ScalarAsync<long>("select count(*) from ledger.mt_events"));
                }

                said.Count.ShouldBe(1);
                await _database.ExecuteAsync($"grant insert, update on ledger.mt_event_progression, ledger.projection_shard, ledger.projection_request to {role}");
            }
        }
        finally
        {
            await _database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }
}
