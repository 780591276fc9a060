using Ledger.Postgres.Schema;
using Ledger.Postgres.Tests.Schema.Adopting;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Schema;

public sealed class LedgerMigratorTests
{
    private static readonly string[] Names = [.. Migration.All.Select(migration => migration.Name)];
    private static readonly Migration Later = new(Migration.All.Count + 1, "later", "create table {ledger}.later (id int);");
    private static readonly string LaterName = $"{Later.Number:D4}_later";

    [Fact]
    public async Task Apply_ApplicationsStreamsOfReservedNames_IsRefusedBeforeAnythingIsApplied()
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync();
        await database.MigratorOf([.. Migration.All.TakeWhile(migration => migration.Name != "forgetting")]).ApplyAsync();
        await database.ExecuteAsync("""
            insert into ledger.mt_streams (id, version, tenant_id) values ('masked:ball', 1, '*DEFAULT*'), ('retention:2026', 1, '*DEFAULT*'), ('masked:none', 0, '*DEFAULT*');
            insert into ledger.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived)
            select nextval('ledger.mt_events_sequence'), gen_random_uuid(), id, 1, '{}', 'invited', now(), '*DEFAULT*', '', false from ledger.mt_streams where version = 1
            """);

        var refused = await Should.ThrowAsync<ReservedStreamsException>(() => database.Migrator.ApplyAsync());

        refused.Streams.ShouldBe(["masked:ball", "retention:2026"]);
        refused.Message.ShouldStartWith("Nothing was applied: the application has events in 'masked:ball', 'retention:2026', and from migration '0008_forgetting' on");
        (await Should.ThrowAsync<PostgresException>(() => database.ExecuteAsync(SqlText.Load("RefuseReserved", database.Options.Schemas)))).SqlState.ShouldBe("LG032", "As in the script, and in Marten's migration.");
        (await database.AskAsync<long>("select max(number)::bigint from ledger.migration")).ShouldBe(7);
        await database.ExecuteAsync("update ledger.mt_streams set is_archived = true where id in ('masked:ball', 'retention:2026')");
        await database.Migrator.ApplyAsync();
        (await database.MessagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_Empty_AppliesAll()
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync();

        var applied = await database.Migrator.ApplyAsync();

        applied.Select(migration => migration.Name).ShouldBe(Names);
        applied.ShouldAllBe(migration => migration.State == MigrationState.Applied && migration.AppliedBy == "0.1.0");
        applied.Functions.ShouldBe(SchemaFunction.All.Select(function => function.Name));
        (await database.MessagesAsync()).ShouldBeEmpty();
        (await database.Migrator.ListAsync()).ShouldBe(applied);
        await database.Migrator.EnsureMigratedAsync();
    }

    [Fact]
    public async Task Apply_Twice_ChangesNothing()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        var before = await database.Migrator.ListAsync();

        (await database.Migrator.ApplyAsync()).IsNothing.ShouldBeTrue();

        (await database.Migrator.ListAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Apply_SeveralAtOnce_EachMigrationOnce()
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync();

        var applied = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => database.Migrator.ApplyAsync())));

        applied.SelectMany(list => list).Select(migration => migration.Name).Order().ShouldBe(Names.Order());
        applied.SelectMany(run => run.Functions).Order(StringComparer.Ordinal).ShouldBe(SchemaFunction.All.Select(function => function.Name));
        (await database.MessagesAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("log", "ledger")]
    [InlineData("public", "public")]
    [InlineData("The \"Log\"", "it's {events} \\ :x")]
    [InlineData("created", "written")]
    [InlineData("select", "Größe")]
    public async Task Apply_AnySchemas_AssertFindsNothing(string events, string ledger)
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync(new() { EventSchema = events, LedgerSchema = ledger });
        await database.Migrator.ApplyAsync();

        (await database.MessagesAsync()).ShouldBeEmpty();

        (await database.Migrator.ApplyAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("older")]
    [InlineData("current")]
    public async Task Apply_MartensTables_TakesThem(string marten)
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync();
        var (text, end) = marten == "older"
            ? (OldSchema.TextOf("0001_event_tables"), "-- The guard.")
            : (Migration.All[0].Text, "-- The events that a shard could not apply");
        var tables = database.Options.Schemas.Fill(text);
        await database.ExecuteAsync("create schema ledger");
        await database.ExecuteAsync(tables[..tables.IndexOf(end, StringComparison.Ordinal)]);
        await database.ExecuteAsync(
            """
            alter table ledger.mt_events alter column "timestamp" set default '2026-01-01 00:00:00+00';
            create function ledger.mt_quick_append_events() returns int language sql as 'select 1';
            create table ledger.mt_doc_deadletterevent (
                id uuid not null,
                data jsonb not null,
                mt_last_modified timestamptz default (transaction_timestamp()),
                mt_version uuid not null default (md5(random()::text || clock_timestamp()::text)::uuid),
                mt_dotnet_type varchar,
                constraint pkey_mt_doc_deadletterevent_id primary key (id));
            create table ledger.wolverine_outgoing_envelopes (id uuid primary key);
            """);

        await database.Migrator.ApplyAsync();

        (await database.MessagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_MartensTablesOfOtherOptions_LeavesNothing()
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync();
        await database.ExecuteAsync(
            "create schema ledger; create table ledger.mt_events (seq_id bigint primary key, id uuid, stream_id varchar, version bigint)");

        var refusal = await Should.ThrowAsync<MigrationFailedException>(() => database.Migrator.ApplyAsync());

        refusal.Message.ShouldBe(
            "Migration '0001_tables' failed: column \"data\" does not exist (42703). Nothing of it remains; those before it do. "
            + "Run 'ledger migrate assert' to see how the schema differs.");
        PostgresFaults.Describe(refusal).ShouldBe(refusal.Message);
        (await database.AskAsync<bool>("select to_regclass('ledger.mt_streams') is null")).ShouldBeTrue();
        (await database.MessagesAsync()).ShouldContain("The column 'data' of 'ledger.mt_events' is missing; it should be 'jsonb not null'.");
    }

    [Fact]
    public async Task Apply_LaterOneFails_KeepsThoseBefore()
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync();
        var migrator = database.MigratorOf([.. Migration.All, Later with { Text = "create table {ledger}.half (id int); select 1 / 0;" }]);

        (await Should.ThrowAsync<MigrationFailedException>(() => migrator.ApplyAsync())).Number.ShouldBe(Later.Number);

        (await migrator.ListAsync()).Select(migration => migration.State).ShouldBe([.. Migration.All.Select(_ => MigrationState.Applied), MigrationState.Pending]);
        (await database.AskAsync<bool>("select to_regclass('ledger.half') is null")).ShouldBeTrue();
        await database.Migrator.ApplyAsync();
        (await database.MessagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_ChangedText_Refuses()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.MigratorOf([.. Migration.All, Later]).ApplyAsync();
        var migrator = database.MigratorOf([.. Migration.All, Later with { Text = Later.Text + "\n-- another thought" }]);

        var refusal = await Should.ThrowAsync<MigrationChecksumException>(() => migrator.ApplyAsync());

        refusal.Message.ShouldBe(
            $"Schema 'ledger' has '{LaterName}' with another text than this program. Nothing was applied. "
            + "Use the program that made the schema; 'ledger migrate assert' names what differs.");
    }

    [Fact]
    public async Task Apply_LaterOneIsThere_Refuses()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        var migrator = database.MigratorOf([.. Migration.All, Later]);
        await migrator.ApplyAsync();
        await database.ExecuteAsync("delete from ledger.migration where number = 1");

        var refusal = await Should.ThrowAsync<MigrationOrderException>(() => migrator.ApplyAsync());

        refusal.Message.ShouldBe(
            $"Schema 'ledger' lacks '0001_tables' but has '{Migration.All[1].Number:D4}_{Migration.All[1].Name}', which comes later. "
            + "Nothing was applied, because migrations only go forward; 'ledger migrate assert' names what differs.");
    }

    [Fact]
    public async Task Apply_Cancelled_LeavesNothing()
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync();
        await using var holder = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand(SqlText.Load("LockMigrations"), holder);
        await hold.ExecuteNonQueryAsync();
        using var cancellation = new CancellationTokenSource();

        var apply = database.Migrator.ApplyAsync(cancellation.Token);
        apply.IsCompleted.ShouldBeFalse();
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => apply);
        (await database.Migrator.ListAsync()).ShouldAllBe(migration => migration.State == MigrationState.Pending);
    }

    [Fact]
    public async Task EnsureMigrated_Behind_NamesWhatIsMissing()
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync();
        await database.Migrator.ApplyAsync();
        var migrator = database.MigratorOf([.. Migration.All, Later]);

        var refusal = await Should.ThrowAsync<SchemaNotMigratedException>(() => migrator.EnsureMigratedAsync());

        refusal.Message.ShouldBe(
            $"Schema 'ledger' is not up to date: it lacks '{LaterName}'. "
            + "Run 'ledger migrate apply', or set AutoMigrate.AtStart to migrate when the application starts.");
    }

    [Fact]
    public async Task EnsureMigrated_Ahead_IsWell()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.MigratorOf([.. Migration.All, Later]).ApplyAsync();
        var older = database.Migrator;

        await older.EnsureMigratedAsync();

        (await older.ListAsync())[^1].State.ShouldBe(MigrationState.Unknown);
        (await older.ApplyAsync()).IsNothing.ShouldBeTrue();
    }

    [Fact]
    public async Task Script_ThroughPsql_EqualsApply()
    {
        var weird = new PostgresOptions { EventSchema = "The \"Log\"", LedgerSchema = "it's {events} \\ :x" };
        await using var database = await MigrationDatabase.CreateEmptyAsync(weird);

        await database.RunPsqlAsync(database.Migrator.Script());
        (await database.MessagesAsync()).ShouldBeEmpty();
        var first = await database.Migrator.ListAsync();
        first.ShouldAllBe(migration => migration.State == MigrationState.Applied);

        await database.RunPsqlAsync(database.Migrator.Script());
        (await database.Migrator.ListAsync()).ShouldBe(first);
        (await database.Migrator.ApplyAsync()).IsNothing.ShouldBeTrue();
    }

    [Fact]
    public async Task Script_OnSomeMigrations_AppliesTheRest()
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync();
        await database.Migrator.ApplyAsync();
        var migrator = database.MigratorOf([.. Migration.All, Later]);

        await database.RunPsqlAsync(migrator.Script());

        (await migrator.ListAsync()).ShouldAllBe(migration => migration.State == MigrationState.Applied);
        (await database.AskAsync<bool>("select to_regclass('ledger.later') is not null")).ShouldBeTrue();
    }

    [Fact]
    public async Task Reading_RoleThatMayOnlyRead_Works()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await using var role = await database.CreateRoleAsync(
            "grant usage on schema ledger to {role}; grant select on ledger.migration to {role}");
        var migrator = new LedgerMigrator(role, database.Options);
        try
        {
            (await migrator.AssertAsync()).ShouldBeEmpty();
            (await migrator.ListAsync()).ShouldAllBe(migration => migration.State == MigrationState.Applied);
            (await migrator.ApplyAsync()).ShouldBeEmpty();
            await migrator.EnsureMigratedAsync();
        }
        finally
        {
            await database.DropRoleAsync();
        }
    }

    [Fact]
    public async Task Apply_RoleThatMayNotCreate_SaysSo()
    {
        await using var database = await MigrationDatabase.CreateEmptyAsync();
        await using var role = await database.CreateRoleAsync("select 1");
        try
        {
            var refusal = await Should.ThrowAsync<PostgresException>(() => new LedgerMigrator(role, database.Options).ApplyAsync());

            PostgresFaults.Describe(refusal).ShouldBe(
                $"The role lacks a privilege: permission denied for database {new NpgsqlConnectionStringBuilder(database.ConnectionString).Database}. "
                + "Grant it, or connect as a role that has it.");
        }
        finally
        {
            await database.DropRoleAsync();
        }
    }
}
