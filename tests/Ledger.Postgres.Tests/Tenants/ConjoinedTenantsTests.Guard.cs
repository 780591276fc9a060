using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tests.Schema;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tenants;

public sealed partial class ConjoinedTenantsTests
{
    [Fact]
    public async Task Schema_ThatWouldShowMore_IsNamedAndRefused_AndMendedByItsOwner()
    {
        await using var made = await ConjoinedDatabase.CreateEmptyAsync();
        await using var owner = NpgsqlDataSource.Create(made.ConnectionString + ";Pooling=false");
        await using var superuser = NpgsqlDataSource.Create(made.SuperuserString + ";Pooling=false");
        var conjoined = new PostgresOptions { Tenancy = Tenancy.Conjoined };
        await new LedgerMigrator(owner, conjoined).ApplyAsync();
        await using var map = new ConjoinedTenants(made.ConnectionString);
        await map.AddAsync("acme");
        await map.AddAsync("bolt");
        (await Should.ThrowAsync<TenancyException>(() => new LedgerMigrator(superuser).ApplyAsync())).Message.ShouldContain("would own what it makes");

        // A restore as a superuser leaves views that run as that one; a second policy adds to the first.
        var user = await made.ScalarAsync<string>("select current_user::text");
        await made.ScalarAsync<int>($"alter view ledger.lineage owner to \"{user}\"; select 1");
        (await RefusalAsync("acme")).ShouldStartWith($"ledger.lineage belongs to the role '{user}'");
        (await new LedgerMigrator(owner).AssertAsync()).ShouldHaveSingleItem().Subject.ShouldBe("owner of ledger.lineage");
        await made.ScalarAsync<int>($"alter view ledger.lineage owner to {made.Role}; create policy more on ledger.mt_events using (true); select 1");
        (await RefusalAsync("acme")).ShouldStartWith("The table ledger.mt_events would show more than the rows of a tenant");
        await made.ScalarAsync<int>("drop policy more on ledger.mt_events; alter table ledger.mt_streams no force row level security; select 1");
        (await RefusalAsync("acme")).ShouldStartWith("The table ledger.mt_streams would show more than the rows of a tenant");

        // The owner makes again what is missing; where nothing is, it needs no right to make anything.
        await made.ScalarAsync<int>($"drop policy tenant_own on ledger.branch; revoke temporary on database \"{new NpgsqlConnectionStringBuilder(made.ConnectionString).Database}\" from public; select 1");
        (await new LedgerMigrator(owner).AssertAsync()).Count.ShouldBe(2);
        await made.ScalarAsync<int>($"grant temporary on database \"{new NpgsqlConnectionStringBuilder(made.ConnectionString).Database}\" to {made.Role}; select 1");
        await new LedgerMigrator(owner).ApplyAsync();
        (await new LedgerMigrator(owner).AssertAsync()).ShouldBeEmpty();
        await made.ScalarAsync<int>($"revoke temporary on database \"{new NpgsqlConnectionStringBuilder(made.ConnectionString).Database}\" from {made.Role}; select 1");
        (await new LedgerMigrator(owner).ApplyAsync()).IsNothing.ShouldBeTrue();

        // The session decides, whatever the program has asked for.
        await using var acme = NpgsqlDataSource.Create(TenantSetting.With(made.ConnectionString, "acme") + ";Pooling=false");
        await using var store = new PostgresEventStore(acme, conjoined);
        await store.AppendAsync(Run, ExpectedVersion.NoStream, [new KitLoaded("x"), new KitLoaded("y")]);
        (await RefusalAsync("ghost")).ShouldStartWith("There is no tenant 'ghost', or it is switched off.");
        var other = new NpgsqlDataSourceBuilder(TenantSetting.With(made.ConnectionString, "acme") + ";Pooling=false");
        other.UsePhysicalConnectionInitializer(Switch, connection => Task.Run(() => Switch(connection)));
        await using var switched = other.Build();
        await using var misled = new PostgresEventStore(switched, conjoined);
        (await Should.ThrowAsync<TenancyException>(() => misled.GetStreamAsync(Run))).Message.ShouldStartWith("The connection is that of the tenant 'acme', but its session has 'bolt'");
        await using var bolt = NpgsqlDataSource.Create(TenantSetting.With(made.ConnectionString, "bolt") + ";Pooling=false");
        await using var ofBolt = await bolt.OpenConnectionAsync();
        await Should.ThrowAsync<TenancyException>(() => store.On(ofBolt).GetStreamAsync(Run));
        await using var ofAcme = await acme.OpenConnectionAsync();
        (await store.On(ofAcme).GetStreamAsync(Run))!.Version.Value.ShouldBe(2);

        // The numbers are those of all: one tenant's are looked at as well.
        await made.ScalarAsync<long>("select setval('ledger.mt_events_sequence', 1)");
        (await new LedgerMigrator(owner).AssertAsync()).ShouldHaveSingleItem().Kind.ShouldBe(DifferenceKind.SequenceBehind);
        await Should.ThrowAsync<LogNumbersException>(() => new LedgerMigrator(owner).EnsureNumbersAsync());
        (await new LedgerMigrator(bolt).RepairNumbersAsync(ProgressRepair.Reset)).ShouldHaveSingleItem().Expected.ShouldBe("2");
        (await new LedgerMigrator(owner).AssertAsync()).ShouldBeEmpty();

        static void Switch(NpgsqlConnection connection)
        {
            using var command = new NpgsqlCommand("set ledger.tenant = 'bolt'", connection);
            command.ExecuteNonQuery();
        }

        async Task<string> RefusalAsync(string tenant)
        {
            await using var dataSource = NpgsqlDataSource.Create(TenantSetting.With(made.ConnectionString, tenant) + ";Pooling=false");
            await using var refused = new PostgresEventStore(dataSource, conjoined);
            return (await Should.ThrowAsync<TenancyException>(() => refused.GetStreamAsync(Run))).Message;
        }
    }

    [Fact]
    public async Task Script_ThroughPsql_MakesAndUpdatesASchemaOfMany_AndStopsWhereApplyDoes()
    {
        await using var made = await ConjoinedDatabase.CreateEmptyAsync();
        var conjoined = new PostgresOptions { Tenancy = Tenancy.Conjoined, Projections = [ProjectionSamples.Tallies] };
        await using var owner = NpgsqlDataSource.Create(made.ConnectionString + ";Pooling=false");
        var migrator = new LedgerMigrator(owner, conjoined);
        (await RefusedAsync(made.SuperuserString, migrator)).ShouldContain("would own what it makes, and row-level security would not hold");

        await MigrationDatabase.RunPsqlAsync(made.ConnectionString, migrator.Script());
        (await new LedgerMigrator(owner, conjoined).AssertAsync()).ShouldBeEmpty();
        (await new LedgerMigrator(owner, conjoined).ApplyAsync()).IsNothing.ShouldBeTrue();
        await MigrationDatabase.RunPsqlAsync(made.ConnectionString, migrator.Script());
        (await new LedgerMigrator(owner, conjoined).AssertAsync()).ShouldBeEmpty();
        (await RefusedAsync(made.ConnectionString, new LedgerMigrator(owner, new PostgresOptions()))).ShouldContain("'ledger migrate script --tenancy conjoined' prints the script for it");

        // A later migration changes the rows of all tenants, its table is divided, and what a tenant has is there afterwards.
        await using var map = new ConjoinedTenants(made.ConnectionString);
        await map.AddAsync("acme");
        await map.AddAsync("bolt");
        var later = new Migration(Migration.All.Count + 1, "later", "update {ledger}.run_tail set seq = 7;\ncreate unique index uq_later on {ledger}.branch (name);");
        await MigrationDatabase.RunPsqlAsync(made.ConnectionString, new LedgerMigrator(owner, conjoined, null, [.. Migration.All, later], SchemaFunction.All).Script());
        (await made.ScalarAsync<string>("select string_agg(tenant_id || ' ' || seq, ', ' order by tenant_id) from ledger.run_tail")).ShouldBe("acme 7, bolt 7");
        (await made.ScalarAsync<string>("select indexdef from pg_indexes where indexname = 'uq_later'")).ShouldEndWith("(tenant_id, name)");
        (await made.ScalarAsync<long>("select count(*) from pg_class where relrowsecurity and not relforcerowsecurity")).ShouldBe(0);

        // One log stays one; an empty one is divided.
        await using var one = await ConjoinedDatabase.CreateEmptyAsync();
        await using var ofOne = NpgsqlDataSource.Create(one.ConnectionString + ";Pooling=false");
        await new LedgerMigrator(ofOne).ApplyAsync();
        await using (var store = new PostgresEventStore(ofOne))
        {
            await store.AppendAsync(Run, ExpectedVersion.NoStream, [new KitLoaded("x")]);
        }

        (await RefusedAsync(one.ConnectionString, migrator)).ShouldContain("The schema ledger has a log already, which is of no tenant.");
        await one.ScalarAsync<int>("delete from ledger.mt_streams; select 1");
        await MigrationDatabase.RunPsqlAsync(one.ConnectionString, migrator.Script());
        (await new LedgerMigrator(ofOne, conjoined).AssertAsync()).ShouldBeEmpty();

        static async Task<string> RefusedAsync(string connectionString, LedgerMigrator script) =>
            (await Should.ThrowAsync<InvalidOperationException>(() => MigrationDatabase.RunPsqlAsync(connectionString, script.Script()))).Message;
    }
}
