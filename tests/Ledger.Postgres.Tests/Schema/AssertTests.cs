using Ledger.Postgres.Schema;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Schema;

public sealed class AssertTests
{
    [Theory]
    [InlineData("drop table ledger.branch_segment", "The table 'ledger.branch_segment' is missing.")]
    [InlineData("create table ledger.mine (id int)", "The table 'ledger.mine' is not Ledger's.")]
    [InlineData("alter table log.mt_event_progression set unlogged", "The table 'log.mt_event_progression' is 'ordinary, unlogged'; it should be 'ordinary'.")]
    [InlineData("alter table ledger.branch drop column name", "The column 'name' of 'ledger.branch' is missing; it should be 'text'.")]
    [InlineData("alter table log.mt_events add column user_name varchar", "The column 'user_name' of 'log.mt_events' is not Ledger's; it is 'character varying'.")]
    [InlineData("alter table log.mt_streams alter column type type text", "The column 'type' of 'log.mt_streams' is 'text'; it should be 'character varying'.")]
    [InlineData("alter table log.mt_streams alter column version set not null", "The column 'version' of 'log.mt_streams' is 'bigint not null'; it should be 'bigint'.")]
    [InlineData("alter table log.mt_events alter column data drop not null", "The column 'data' of 'log.mt_events' is 'jsonb'; it should be 'jsonb not null'.")]
    [InlineData("alter table log.mt_streams alter column is_archived set default true", "The column 'is_archived' of 'log.mt_streams' is 'boolean default true'; it should be 'boolean default false'.")]
    [InlineData("alter table log.mt_events alter column tenant_id drop default", "The column 'tenant_id' of 'log.mt_events' is 'character varying'; it should be 'character varying default '*DEFAULT*'::character varying'.")]
    [InlineData("drop index log.pk_mt_events_stream_and_version", "The index 'pk_mt_events_stream_and_version' of 'log.mt_events' is missing; it should be 'CREATE UNIQUE INDEX pk_mt_events_stream_and_version ON log.mt_events USING btree (stream_id, version)'.")]
    [InlineData("create index by_type on log.mt_events (type)", "The index 'by_type' of 'log.mt_events' is not Ledger's; it is 'CREATE INDEX by_type ON log.mt_events USING btree (type)'.")]
    [InlineData("alter table ledger.branch drop constraint ck_branch_parent", "The constraint 'ck_branch_parent' of 'ledger.branch' is missing; it should be 'CHECK (((parent)::text <> (stream)::text))'.")]
    [InlineData("alter table log.mt_events add constraint odd check (version > 0)", "The constraint 'odd' of 'log.mt_events' is not Ledger's; it is 'CHECK ((version > 0))'.")]
    [InlineData("alter sequence log.mt_events_sequence cache 20", "The sequence 'log.mt_events_sequence' is 'bigint increment 1 minimum 1 maximum 9223372036854775807 cache 20 owned by log.mt_events.seq_id'; it should be 'bigint increment 1 minimum 1 maximum 9223372036854775807 cache 1 owned by log.mt_events.seq_id'.")]
    [InlineData("drop view ledger.event", "The view 'ledger.event' is missing.")]
    [InlineData("drop function ledger.archive_v1", "The function 'ledger.archive_v1(text)' is missing.")]
    [InlineData("alter function ledger.archive_v1 security definer", "The function 'ledger.archive_v1(text)' is 'language plpgsql volatile security definer parallel unsafe set enable_seqscan=off'; it should be 'language plpgsql volatile parallel unsafe set enable_seqscan=off'.")]
    [InlineData("create function ledger.mine() returns int language sql as 'select 1'", "The function 'ledger.mine()' is not Ledger's.")]
    [InlineData("create type ledger.mine as enum ('a')", "The type 'ledger.mine' is not Ledger's; it is 'enum 'a''.")]
    [InlineData("delete from ledger.migration where number = 1", "The migration '0001_tables' is pending; run 'ledger migrate apply'.")]
    [InlineData("delete from ledger.schema_function where name = 'history'", "The function 'history' is pending; run 'ledger migrate apply'.")]
    [InlineData("update ledger.schema_function set checksum = repeat('0', 64) where name = 'history'", "The function 'history' is pending; run 'ledger migrate apply'.")]
    [InlineData("update ledger.schema_function set checksum = repeat('0', 64), applied_by = '9.9.9' where name = 'history'", "The text of function 'history' was applied by version 9.9.9 and is unknown to this program; use that version or a newer one.")]
    [InlineData("update ledger.schema_function set name = 'history_v0' where name = 'history'; insert into ledger.schema_function select 'history', '{history}', signature, arguments, applied_at, applied_by from ledger.schema_function where name = 'history_v0'", "The removal of function 'history_v0' is pending; run 'ledger migrate apply'.")]
    [InlineData("insert into ledger.migration values (9999, 'later', repeat('0', 64), now(), '9.9.9')", "The migration '9999_later' was applied by version 9.9.9 and is unknown to this program; use that version or a newer one.")]
    public async Task Assert_Drift_IsNamed(string drift, string message)
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync(drift.Replace("{history}", SchemaFunction.All.Single(f => f.Name == "history").Checksum, StringComparison.Ordinal));

        (await database.MessagesAsync()).ShouldBe([message]);
    }

    [Theory]
    [InlineData("alter table log.mt_events add column later int default 0", "The column 'later' of 'log.mt_events' is new, 'integer default 0'; it is left to Marten.")]
    [InlineData("alter table log.mt_streams add column later bigint not null default 0", "The column 'later' of 'log.mt_streams' is new, 'bigint not null default 0'; it is left to Marten.")]
    [InlineData("alter table log.mt_event_progression add column later text", "The column 'later' of 'log.mt_event_progression' is new, 'text'; it is left to Marten.")]
    [InlineData("alter table log.mt_event_progression alter column rebuild_threshold set default 7", "The column 'rebuild_threshold' of 'log.mt_event_progression' is 'integer default 7' and was 'integer default 0'; it is left to Marten.")]
    [InlineData("create table log.mt_later (id int)", "The table 'log.mt_later' is new; it is left to Marten.")]
    [InlineData("create function log.mt_later() returns int language sql as 'select 1'", "The function 'log.mt_later()' is new; it is left to Marten.")]
    [InlineData("create function log.mt_quick_append_events() returns int language sql as 'select 1'", null)]
    [InlineData("create table log.mt_doc_order (id int)", null)]
    [InlineData("create table log.orders (id int)", null)]
    public async Task Assert_WhatAnotherMartenAdds_IsNoDifference(string added, string? note)
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync(added);

        var report = await database.Migrator.CompareAsync();

        report.Differences.ShouldBeEmpty();
        report.Notes.Select(found => found.Message).ShouldBe(note is null ? [] : [note]);
    }

    [Theory]
    [InlineData("alter table log.mt_event_progression add column later text not null", "The column 'later' of 'log.mt_event_progression' is not Ledger's; it is 'text not null'.")]
    [InlineData("alter table log.mt_event_progression alter column last_seq_id set default 7", "The column 'last_seq_id' of 'log.mt_event_progression' is 'bigint default 7'; it should be 'bigint'.")]
    [InlineData("alter table ledger.branch add column later int default 0", "The column 'later' of 'ledger.branch' is not Ledger's; it is 'integer default 0'.")]
    [InlineData("drop table log.mt_event_projection_floors", "The table 'log.mt_event_projection_floors' is missing.")]
    public async Task Assert_WhatLedgerReliesOn_IsADifference(string drift, string message)
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync(drift);

        var report = await database.Migrator.CompareAsync();

        report.Differences.Select(found => found.Message).ShouldBe([message]);
        report.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Assert_ChangedFunctionText_IsNamed()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync(
            "create or replace function ledger.archive_v1(p_stream text) returns boolean language plpgsql set enable_seqscan = off as 'begin return true; end'");

        var difference = (await database.Migrator.AssertAsync()).ShouldHaveSingleItem();

        difference.Kind.ShouldBe(DifferenceKind.Different);
        difference.Subject.ShouldBe("SHA-256 of the text of function 'ledger.archive_v1(text)'");
    }

    [Fact]
    public async Task Assert_ChangedChecksum_IsNamed()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync("update ledger.migration set checksum = repeat('0', 64) where number = 1");

        (await database.MessagesAsync()).ShouldBe(
            [$"The migration '0001_tables' was applied with another text: checksum '{new string('0', 64)}', expected '{Migration.All[0].Checksum}'."]);
        (await database.Migrator.ListAsync())[0].State.ShouldBe(MigrationState.Changed);
    }

    [Fact]
    public async Task Assert_Trigger_IsNamed()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync(
            """
            create function public.nothing() returns trigger language plpgsql as 'begin return new; end';
            create trigger odd before insert on log.mt_events for each row execute function public.nothing();
            """);

        (await database.MessagesAsync()).ShouldHaveSingleItem().ShouldStartWith("The trigger 'odd' of 'log.mt_events' is not Ledger's; it is 'CREATE TRIGGER odd");
    }

    [Fact]
    public async Task Assert_NothingThere_NamesSchemasAndMigrations()
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync(MigrationDatabase.TwoSchemas);

        (await database.MessagesAsync()).ShouldBe(
            [
                .. Migration.All.Select(m => $"The migration '{m.Number:D4}_{m.Name}' is pending; run 'ledger migrate apply'."),
                "The schema 'ledger' is missing.",
                "The schema 'log' is missing.",
            ]);
    }

    [Fact]
    public async Task Assert_DatabaseOfAnotherEncoding_IsNamed()
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync();
        var name = $"{new NpgsqlConnectionStringBuilder(database.ConnectionString).Database}_ascii";
        await database.ExecuteAsync($"create database {name} template template0 encoding 'SQL_ASCII' locale 'C'");
        var other = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = name, Pooling = false }.ConnectionString;
        await using (var dataSource = NpgsqlDataSource.Create(other))
        {
            (await new LedgerMigrator(dataSource).AssertAsync()).Select(difference => difference.Message)
                .ShouldContain("The database's server_encoding is 'SQL_ASCII'; it should be 'UTF8'.");
        }

        await database.ExecuteAsync($"drop database {name}");
    }

    [Fact]
    public async Task Assert_SeveralDifferences_NamesAll()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync(
            """
            alter table log.mt_streams add column a int, add column b int;
            drop table log.mt_high_water_skips;
            drop index ledger.ix_branch_root;
            """);

        (await database.MessagesAsync()).ShouldBe(
            [
                "The index 'ix_branch_root' of 'ledger.branch' is missing; it should be 'CREATE INDEX ix_branch_root ON ledger.branch USING btree (root)'.",
                "The table 'log.mt_high_water_skips' is missing.",
                "The column 'a' of 'log.mt_streams' is not Ledger's; it is 'integer'.",
                "The column 'b' of 'log.mt_streams' is not Ledger's; it is 'integer'.",
            ]);
    }
}
