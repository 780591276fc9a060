using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Migrations;

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

    private static Task InsertAsync(MigrationDatabase database) => database.ExecuteAsync(
        """
        insert into log.mt_streams (id, version) values ('run:a', 2);
        insert into log.mt_events (seq_id, id, stream_id, version, data, type, headers)
        select nextval('log.mt_events_sequence'), gen_random_uuid(), 'run:a', v, '{}', 'noted', '{"actor": "a"}'
        from generate_series(1, 2) v;
        """);
}
