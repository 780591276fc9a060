using Ledger.Postgres.Tests.Schema.Adopting;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Schema;

public sealed class EventTablesTests
{
    [Theory]
    [InlineData("alter table log.mt_events drop column headers", "cannot drop column headers of table log.mt_events because other objects depend on it")]
    [InlineData("alter table log.mt_events drop column correlation_id", "cannot drop column correlation_id of table log.mt_events because other objects depend on it")]
    [InlineData("alter table log.mt_events drop column causation_id", "cannot drop column causation_id of table log.mt_events because other objects depend on it")]
    [InlineData("drop index log.idx_mt_events_event_id", "cannot drop index log.idx_mt_events_event_id because other objects depend on it")]
    public async Task Guard_WhatAnotherMartenDrops_IsRefused(string drop, string message)
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await InsertAsync(database);

        var refusal = await Should.ThrowAsync<PostgresException>(() => database.ExecuteAsync(drop));

        refusal.SqlState.ShouldBe(PostgresErrorCodes.DependentObjectsStillExist);
        refusal.MessageText.ShouldBe(message);
        (await database.MessagesAsync()).ShouldBeEmpty();
        (await database.AskAsync<long>("select count(*) from ledger.event where headers is not null")).ShouldBe(2);
    }

    [Fact]
    public async Task Guard_EveryColumnOfStreamsAndProgression_IsKept()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        foreach (var table in new[] { "mt_streams", "mt_event_progression" })
        {
            foreach (var column in (await ColumnsAsync(database, table)).Where(column => column != "type"))
            {
                var refusal = await Should.ThrowAsync<PostgresException>(
                    () => database.ExecuteAsync($"alter table log.{table} drop column \"{column}\""));

                refusal.SqlState.ShouldBe(PostgresErrorCodes.DependentObjectsStillExist, $"{table}.{column}");
            }
        }

        (await database.MessagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Columns_OfANewDatabase_AreInMartensOrder()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();

        (await ColumnsAsync(database, "mt_streams"))
            .ShouldBe(["id", "type", "version", "timestamp", "created", "tenant_id", "compacted_version", "is_archived"]);
        (await ColumnsAsync(database, "mt_event_progression")).ShouldBe(
        [
            "name", "last_seq_id", "last_updated", "mode", "rebuild_threshold", "assigned_node", "heartbeat", "agent_status", "pause_reason",
            "running_on_node", "warning_behind_threshold", "critical_behind_threshold", "failure_category", "failure_event_sequence",
            "failure_event_type", "failure_event_tenant_id",
        ]);
        (await ColumnsAsync(database, "mt_event_projection_floors")).ShouldBe(["name", "tenant_id", "floor", "last_updated"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("create index mine on log.mt_streams (is_archived)")]
    [InlineData("create view public.mine as select is_archived from log.mt_streams")]
    public async Task Columns_OfAFilledOrUsedDatabase_AreAdded(string use)
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync(MigrationDatabase.TwoSchemas);
        await OldSchema.CreateAsync(database.DataSource, database.Options, 17);
        if (use.Length == 0)
        {
            await InsertAsync(database);
            await database.ExecuteAsync(
                """
                insert into log.mt_streams (id, version, is_archived) values ('run:old', 0, true);
                insert into log.mt_event_progression (name, last_seq_id) values ('Counts:All', 2), ('HighWaterMark', 2);
                """);
        }
        else
        {
            await database.ExecuteAsync(use);
        }

        (await database.Migrator.ApplyAsync()).Adopted.ShouldBe("0017_pages_by_index");

        (await database.MessagesAsync()).ShouldBe(use.StartsWith("create index", StringComparison.Ordinal)
            ? ["The index 'mine' of 'log.mt_streams' is not Ledger's; it is 'CREATE INDEX mine ON log.mt_streams USING btree (is_archived)'."]
            : []);
        (await ColumnsAsync(database, "mt_streams")).TakeLast(2).ShouldBe(["is_archived", "compacted_version"]);
        if (use.Length == 0)
        {
            (await database.AskAsync<string>("select string_agg(concat(id, is_archived, compacted_version), ',' order by id) from ledger.stream_guard"))
                .ShouldBe("run:af0,run:oldt0");
            (await database.AskAsync<string>("select string_agg(concat(name, last_seq_id, mode), ',' order by name) from ledger.progression_guard"))
                .ShouldBe("Counts:All2none,HighWaterMark2none");
        }
    }

    [Fact]
    public async Task Guard_EventDeleted_IsNotInTheWay()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await InsertAsync(database);

        await database.ExecuteAsync("delete from log.mt_streams where id = 'run:a'");

        (await database.AskAsync<long>("select count(*) from log.mt_events")).ShouldBe(0);
    }

    [Fact]
    public async Task Guard_Row_IsRefused()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await InsertAsync(database);

        var refusal = await Should.ThrowAsync<PostgresException>(
            () => database.ExecuteAsync("insert into ledger.event_id_guard select id from log.mt_events"));

        refusal.ConstraintName.ShouldBe("ck_event_id_guard_empty");
    }

    internal static async Task<string[]> ColumnsAsync(MigrationDatabase database, string table) => await database.AskAsync<string[]>(
        $"""
        select array_agg(attname::text order by attnum)
        from pg_attribute
        where attrelid = 'log.{table}'::regclass and attnum > 0 and not attisdropped
        """);

    private static Task InsertAsync(MigrationDatabase database) => database.ExecuteAsync(
        """
        insert into log.mt_streams (id, version) values ('run:a', 2);
        insert into log.mt_events (seq_id, id, stream_id, version, data, type, headers)
        select nextval('log.mt_events_sequence'), gen_random_uuid(), 'run:a', v, '{}', 'noted', '{"actor": "a"}'
        from generate_series(1, 2) v;
        """);
}
