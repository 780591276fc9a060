using JasperFx.Events;
using JasperFx.Events.Tags;
using Ledger.Log;
using Ledger.Marten.Tests.Aggregates;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Marten;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Sessions;

/// <summary>Tags by several writers at once, and by roles with few rights.</summary>
public sealed partial class LedgerTagTests
{
    [Fact]
    public async Task Writers_OfBothEngines_AndDecisions_WithTheSameTagsInAnyOrder_AllSucceed()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async writer =>
        {
            var random = new Random(writer);
            for (var n = 0; n < 6; n++)
            {
                NewEvent[] events = [.. Enumerable.Range(0, 4).Select(_ => By($"actor {random.Next(3)}", new ToolCalled($"tool {random.Next(3)} {_id}")))];
                StreamAppend[] appends =
                [
                    new(StreamName.Run($"{random.Next(4)} {_id}"), ExpectedVersion.Any, events[..2]),
                    new(StreamName.Run($"{4 + random.Next(4)} {_id}"), ExpectedVersion.Any, events[2..]),
                ];
                Task write = (writer % 3) switch
                {
                    0 => log.Native.AppendAsync(appends),
                    1 => log.Marten.AppendAsync(appends),
                    _ => DecideAsync(new ToolTag($"tool {random.Next(3)} {_id}"), appends),
                };
                await write;
            }
        }));

        (await log.TagsAsync(_id)).Count.ShouldBe(12 * 6 * 4 * 2);

        async Task DecideAsync(ToolTag tag, StreamAppend[] appends)
        {
            while (true)
            {
                await using var session = log.Documents.LightweightSession();
                await session.Events.FetchForWritingByTags<Journal>(EventTagQuery.For(tag));
                await session.Ledger().Store.AppendAsync(appends);
                try
                {
                    await session.SaveChangesAsync();
                    return;
                }
                catch (DcbConcurrencyException)
                {
                    // Another was faster.
                }
            }
        }
    }

    // Appends take the actor first, and then the tool; of two actors, the lower one.
    [Theory]
    [InlineData("ledger_actor", "planner", "ledger_tool", "kettle", true)]
    [InlineData("ledger_actor", "critic", "ledger_actor", "planner", false)]
    public async Task Decision_LocksItsTagsAndThoseOfItsEvents_InTheOrderOfAppends(string firstTable, string first, string laterTable, string later, bool isOnTool)
    {
        await Runs.GetRun(_id).AppendAsync([By("planner", new ToolCalled($"kettle {_id}")), By("critic", new KitLoaded("k"))]);
        await using var session = log.Documents.LightweightSession();
        await session.Events.FetchForWritingByTags<Journal>(
            isOnTool ? EventTagQuery.For(new ToolTag($"kettle {_id}")) : EventTagQuery.For(new ActorTag($"critic {_id}")));
        var loaded = session.Events.BuildEvent(new KitLoaded("k"));
        loaded.Headers = new() { ["actor"] = $"planner {_id}" };
        session.Events.Append($"run:{_id}", loaded);
        await using var connection = await log.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        (await LockAsync(firstTable, first)).ShouldBe(1);

        var save = session.SaveChangesAsync();
        await WaitForWaiterAsync(log.Database, connection, save);

        (await LockAsync(laterTable, later)).ShouldBe(1);
        await transaction.RollbackAsync();
        await save;
        (await Runs.GetRun(_id).GetLengthAsync()).ShouldBe(new Position(3));

        async Task<int> LockAsync(string table, string value)
        {
            await using var command = new NpgsqlCommand(
                "with locked as (select from ledger.mt_dcb_tag_version where tag_table = $1 and tag_value = $2 for no key update nowait) select count(*)::int from locked",
                connection);
            command.Parameters.AddWithValue(table);
            command.Parameters.AddWithValue($"{value} {_id}");
            return (int)(await command.ExecuteScalarAsync())!;
        }
    }

    [Fact]
    public async Task Append_ByARoleThatMayNotWriteTags_IsRefused_UntilItGetsTheGrants()
    {
        const string Tags = "ledger.mt_event_tag_ledger_actor, ledger.mt_event_tag_ledger_model, ledger.mt_event_tag_ledger_tool, ledger.mt_event_tag_ledger_task";
        var role = $"app_{_id}";
        var migrator = new LedgerMigrator(log.Database.DataSource);
        await log.Database.ExecuteAsync($"""
            create role {role} login;
            grant usage on schema ledger to {role};
            grant select, insert, update, delete on all tables in schema ledger to {role};
            grant usage, select on all sequences in schema ledger to {role};
            revoke all on {Tags}, ledger.mt_dcb_tag_version from {role}
            """);
        try
        {
            await using var source = new NpgsqlDataSourceBuilder(log.Database.ConnectionString)
                .UsePhysicalConnectionInitializer(connection => Become(connection).ExecuteNonQuery(), connection => Become(connection).ExecuteNonQueryAsync())
                .Build();
            await using var store = new PostgresEventStore(source);
            var run = StreamName.Run(_id);

            (await Should.ThrowAsync<PostgresException>(() => store.AppendAsync(run, ExpectedVersion.Any, [By("planner", new KitLoaded("k"))])))
                .SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
            var missing = await FindMissingAsync();
            missing.Count.ShouldBe(11);
            missing[0].ShouldBe($"The privilege 'INSERT' of role '{role}', which appends, on 'ledger.mt_dcb_tag_version' is missing.");

            await log.Database.ExecuteAsync($"grant select, insert on {Tags} to {role}; grant select, insert, update on ledger.mt_dcb_tag_version to {role}");
            (await FindMissingAsync()).ShouldBeEmpty();
            await store.AppendAsync(run, ExpectedVersion.Any, [By("planner", new KitLoaded("k"))]);
            (await log.TagsAsync(_id)).ShouldBe([$"actor planner {_id} @{run}:1"]);
        }
        finally
        {
            await log.Database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }

        NpgsqlCommand Become(NpgsqlConnection connection) => new($"set session authorization {role}", connection);

        async Task<List<string>> FindMissingAsync() =>
            [.. (await migrator.CompareAsync()).Differences.Select(difference => difference.Message).Where(message => message.Contains(role, StringComparison.Ordinal))];
    }

    [Fact]
    public async Task TaggingTwiceAtOnce_BesideAppends_AddsEachTagOnce()
    {
        await log.Native.AppendAsync(
            StreamName.Run(_id), ExpectedVersion.NoStream, [.. Enumerable.Range(0, 2_500).Select(n => By($"actor {n % 7}", new ToolCalled($"tool {n % 5} {_id}")))]);
        var tags = await log.TagsAsync(_id);
        tags.Count.ShouldBe(5_000);
        await log.Database.ExecuteAsync(string.Concat(((string[])["actor", "tool"]).Select(kind =>
            $"delete from ledger.mt_event_tag_ledger_{kind} where seq_id in (select seq_id from ledger.mt_events where stream_id = 'run:{_id}');")));
        var migrator = new LedgerMigrator(log.Database.DataSource);

        var taggings = Task.WhenAll(migrator.TagEventsAsync(), migrator.TagEventsAsync());
        var written = 0;
        do
        {
            Ledger.Log.IEventStore store = written % 2 == 0 ? log.Native : log.Marten;
            await store.AppendAsync(StreamName.Run($"beside {_id}"), ExpectedVersion.Any, [By($"actor {written % 7}", new ToolCalled($"tool {written % 5} {_id}"))]);
            written++;
        }
        while (!taggings.IsCompleted);

        (await taggings).Sum(tagging => tagging.Tags).ShouldBe(5_000);
        (await log.TagsAsync($"run:{_id}")).ShouldBe(tags);
        (await log.TagsAsync($"beside {_id}")).Count.ShouldBe(2 * written);
    }

    // Until a session waits for a lock of the connection.
    private static async Task WaitForWaiterAsync(MartenDatabase database, NpgsqlConnection connection, Task waiter)
    {
        while (await database.TextAsync($"select count(*)::text from pg_stat_activity where {connection.ProcessID} = any (pg_blocking_pids(pid))") == "0")
        {
            waiter.IsCompleted.ShouldBeFalse();
        }
    }
}
