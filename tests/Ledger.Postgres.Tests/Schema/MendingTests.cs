using Ledger.Conformance;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tests.Schema.Adopting;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Schema;

/// <summary>The record says that every migration is applied, but what they made is gone.</summary>
public sealed class MendingTests
{
    // What Marten's CompletelyRemoveAllAsync does.
    private const string RemoveAll =
        """
        do $$
        declare
            dropped text;
        begin
            for dropped in select format('%I', relname) from pg_class where relnamespace = 'log'::regnamespace and relkind = 'r' and relname like 'mt\_%' loop
                execute format('drop table log.%s cascade', dropped);
            end loop;
            drop sequence if exists log.mt_events_sequence;
        end $$
        """;

    [Fact]
    public async Task Apply_EveryObjectGone_MakesEachAgain()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        var all = await OwnAsync(database);
        all.Count.ShouldBeGreaterThan(90);
        foreach (var gone in all.Chunk(Scale.Of(6, 1)))
        {
            // What is dropped with another is gone already.
            await database.ExecuteAsync(string.Join("; ", gone.Select(own => $"drop {own.Kind} if exists {own.Name} cascade")));
            var missing = await database.MessagesAsync();
            foreach (var (kind, name) in gone)
            {
                missing.ShouldContain(message => message.StartsWith($"The {kind} '{name}", StringComparison.Ordinal), $"{kind} {name}");
            }

            var run = await database.Migrator.ApplyAsync();

            (await database.MessagesAsync()).ShouldBeEmpty(string.Join(", ", gone));
            run.ShouldBeEmpty();
            // The sequence of an identity comes with its table.
            run.Mended.Select(difference => difference.Message).Order()
                .ShouldBe(missing.Where(message => !message.Contains("_id_seq'", StringComparison.Ordinal)).Order(), string.Join(", ", gone));
        }

        (await OwnAsync(database)).ShouldBe(all);
    }

    [Fact]
    public async Task Apply_EverythingGoneAtOnce_MakesAllAgain()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        foreach (var (kind, name) in (await OwnAsync(database)).OrderBy(own => own.Kind is "table" or "sequence"))
        {
            await database.ExecuteAsync($"drop {kind} if exists {name} cascade");
        }

        await database.Migrator.ApplyAsync();

        (await database.MessagesAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("alter table ledger.branch drop column name")]
    [InlineData("alter table log.mt_event_progression drop column mode cascade")]
    [InlineData("drop index log.pk_mt_events_stream_and_version")]
    [InlineData("drop index ledger.ix_branch_root")]
    [InlineData("alter table ledger.branch drop constraint ck_branch_parent")]
    [InlineData("alter table ledger.branch drop constraint fk_branch_root")]
    [InlineData("alter table ledger.branch_segment drop constraint pk_branch_segment")]
    [InlineData("drop trigger tr_world_head_deleted on ledger.world_head")]
    [InlineData("drop schema log cascade")]
    public async Task Apply_PartGone_MakesItAgain(string drift)
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync(drift);
        (await database.MessagesAsync()).ShouldNotBeEmpty();

        (await database.Migrator.ApplyAsync()).Mended.ShouldNotBeEmpty();

        (await database.MessagesAsync()).ShouldBeEmpty();
        (await database.Migrator.ApplyAsync()).Mended.ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_LogRemoved_ForgetsWhatWasDerivedFromIt()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync(
            """
            insert into log.mt_streams (id, version) values ('run:a', 3), ('run:b', 2), ('branch:c', 1), ('task:t', 1);
            insert into ledger.branch (stream, parent, root, fork_position, segment_stream, segment_taken, name, created_at)
            values ('branch:c', 'run:a', 'run:a', 2, '{run:a}', '{2}', null, now());
            insert into ledger.branch_segment (branch, stream, taken) values ('branch:c', 'run:a', 2);
            insert into ledger.world_head (stream, version, prefix) values ('run:a', 3, 0), ('run:b', 2, 0);
            insert into ledger.world_object (stream, id, type, data, created_at, valid_from, removed)
            values ('run:a', 'o', 'Note', '{}', 0, 1, false), ('run:b', 'o', 'Note', '{}', 0, 1, false);
            insert into ledger.projection_head (projection, stream, version) values ('mine', 'run:a', 3), ('ledger:task', 'task:t', 1);
            insert into ledger.tasks (id, system_prompt, created_at, updated_at) values ('t', 'do', 1, 1);
            insert into ledger.messages (id, task_id, role, content, "timestamp", interrupted) values ('m', 't', 'user', 'hello', 1, false);
            """);
        await database.ExecuteAsync(RemoveAll);

        // Another program writes a shorter stream of the same name before anything is mended.
        await database.ExecuteAsync(
            """
            create table log.mt_streams (
                id varchar not null, type varchar, version bigint, timestamp timestamptz not null default (now()), created timestamptz not null default (now()),
                tenant_id varchar default '*DEFAULT*', compacted_version bigint not null default 0, is_archived bool default false,
                constraint pkey_mt_streams_id primary key (id));
            insert into log.mt_streams (id, version) values ('run:a', 1);
            """);

        var run = await database.Migrator.ApplyAsync();

        (await database.MessagesAsync()).ShouldBeEmpty();
        run.Mended.Select(difference => difference.Subject).ShouldContain("view 'ledger.event'");
        run.Mended.Select(difference => difference.Subject).ShouldContain("constraint 'fk_branch_stream' of 'ledger.branch'");
        run.Mended.Select(difference => difference.Subject).ShouldContain("function 'ledger.pending_v2(text, text, text[])'");
        foreach (var table in new[] { "branch", "branch_segment", "world_head", "world_object", "projection_head", "tasks", "messages" })
        {
            (await database.AskAsync<long>($"select count(*) from ledger.{table}")).ShouldBe(0, table);
        }
    }

    [Fact]
    public async Task Apply_GoneAndBehind_MendsAndMigrates()
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync(MigrationDatabase.TwoSchemas);
        await OldSchema.CreateAsync(database.DataSource, database.Options, 17);
        await database.ExecuteAsync(RemoveAll);

        var run = await database.Migrator.ApplyAsync();

        run.Adopted.ShouldBe("0017_pages_by_index");
        run.Mended.Select(difference => difference.Message).ShouldContain("The table 'log.mt_streams' is missing.");
        (await database.MessagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_SeveralAtOnce_OneMends()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync(RemoveAll);

        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => database.Migrator.ApplyAsync())));

        runs.Count(run => run.Mended.Count > 0).ShouldBe(1);
        (await database.MessagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_WhatCannotBeMended_ChangesNothingAndSaysWhat()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync(
            """
            drop view ledger.event;
            alter table ledger.branch drop constraint ck_branch_fork_position;
            insert into log.mt_streams (id, version) values ('run:a', 3), ('branch:c', 1);
            insert into ledger.branch (stream, parent, root, fork_position, segment_stream, segment_taken, created_at)
            values ('branch:c', 'run:a', 'run:a', -2, '{run:a}', '{2}', now());
            """);
        var before = await database.MessagesAsync();

        var refusal = await Should.ThrowAsync<SchemaNotMendedException>(() => database.Migrator.ApplyAsync());

        refusal.Message.ShouldBe(
            "Schema 'ledger' lacks the constraint 'ck_branch_fork_position' of 'ledger.branch', the view 'ledger.event', and it could not be made "
            + "again: check constraint \"ck_branch_fork_position\" of relation \"branch\" is violated by some row (23514). Nothing was changed. "
            + "Correct that and run 'ledger migrate apply' again.");
        PostgresFaults.Describe(refusal).ShouldBe(refusal.Message);
        (await database.MessagesAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Apply_OfAnOlderProgram_LeavesANewerSchemaAsItIs()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync(
            """
            drop view ledger.lineage;
            insert into ledger.migration values (9999, 'without_lineage', repeat('0', 64), now(), '9.9.9');
            """);

        (await database.Migrator.ApplyAsync()).Mended.ShouldBeEmpty();

        (await database.AskAsync<bool>("select to_regclass('ledger.lineage') is null")).ShouldBeTrue();
    }

    [Fact]
    public async Task Apply_WhatIsThereInAnotherForm_StaysAndIsADifference()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync("create or replace function ledger.archive_v1(p_stream text) returns boolean language plpgsql set enable_seqscan = off as 'begin return true; end'");

        (await database.Migrator.ApplyAsync()).Mended.ShouldBeEmpty();

        (await database.MessagesAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public void Statements_WithSemicolonsInside_AreSplitAtTheirEnds() =>
        SqlStatements.Split(
            """
            -- One; two.
            create table a (b text default ';', "c;" int); -- after
            create function f() returns int language plpgsql as $function$
            begin
                return 1; -- it's
            end
            $function$;
            select 1
            """).ShouldBe(
            [
                "create table a (b text default ';', \"c;\" int);",
                "create function f() returns int language plpgsql as $function$\nbegin\n    return 1; -- it's\nend\n$function$;",
            ]);

    // Everything of Ledger's own, and Marten's tables that the migrations make.
    private static async Task<List<(string Kind, string Name)>> OwnAsync(MigrationDatabase database)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var catalog = await SchemaCatalog.ReadAsync(connection, database.Options.Schemas, [], CancellationToken.None);
        return
        [
            .. catalog.Actual
                .Where(entry => entry.Kind is "table" or "view" or "function" or "procedure" or "sequence" && entry.Object is not ("ledger.migration" or "ledger.schema_function"))
                .Where(entry => entry.Kind != "sequence" || entry.Object == "log.mt_events_sequence")
                .Select(entry => (entry.Kind, entry.Object)),
        ];
    }
}
