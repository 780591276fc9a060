using Ledger.Log;
using Ledger.Postgres.Tenants;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>Databases with many tenants each, and who is where.</summary>
public sealed class TenantPoolTests(ConjoinedDatabase first) : IClassFixture<ConjoinedDatabase>
{
    [Fact]
    public async Task Pool_GivesNewTenantsTheDatabaseWithTheFewest_AndMovesThem()
    {
        var shared = await TestPostgres.SharedAsync();
        await using var master = await shared.CreateDatabaseAsync();
        await using var second = await ConjoinedDatabase.CreateEmptyAsync();
        await using var dataSource = NpgsqlDataSource.Create(master.ConnectionString);
        await new TenantPool(dataSource).CreateAsync();
        (await Should.ThrowAsync<TenancyException>(() => new TenantPool(dataSource).AddAsync("early"))).Message.ShouldBe("No database of the pool takes more tenants. Add one, or open one that is full.");
        await Should.ThrowAsync<TenancyException>(() => new TenantPool(dataSource).AddDatabaseAsync("wrong", second.SuperuserString));
        var (firstString, secondString) = (first.ConnectionString, second.ConnectionString);

        // sample: a pool of databases
        var pool = new TenantPool(dataSource);
        await pool.CreateAsync();
        await pool.AddDatabaseAsync("a", firstString); // migrated, as the role that owns the tables
        await pool.AddDatabaseAsync("b", secondString);
        await pool.AddAsync("acme"); // into the one that has the fewest tenants
        // end of sample
        (await TenantPool.FindSchemasAsync(dataSource)).ShouldBe(["public"]);
        await pool.AddDatabaseAsync("b", second.ConnectionString);

        string[] names = [.. Enumerable.Range(0, 6).Select(n => $"pooled-{n}")];
        await Task.WhenAll(names.Select(name => pool.AddAsync(name)));
        var databases = await pool.ListDatabasesAsync();
        databases.Select(database => (database.Name, database.IsFull, database.Tenants)).ShouldBe([("a", false, 4), ("b", false, 3)]);
        databases[0].ToString().ShouldNotContain("secret");
        (await pool.FillDatabaseAsync("a")).ShouldBeTrue();
        await pool.AddAsync("late");
        (await pool.ListDatabasesAsync()).Select(database => database.Tenants).ShouldBe([4, 4]);
        await pool.FillDatabaseAsync("b");
        await Should.ThrowAsync<TenancyException>(() => pool.AddAsync("later"));
        (await pool.OpenDatabaseAsync("b")).ShouldBeTrue();
        (await pool.FillDatabaseAsync("none")).ShouldBeFalse();

        await using var tenants = new TenantLedgers(pool, new TenantOptions { MapFor = TimeSpan.Zero });
        var run = StreamName.Run("same");
        foreach (var (name, n) in names.Select((name, n) => (name, n)))
        {
            await (await tenants.ForTenantAsync(name)).Store.AppendAsync(run, ExpectedVersion.NoStream, [.. Enumerable.Range(0, n + 1).Select(i => new KitLoaded($"{i}"))]);
        }

        foreach (var (name, n) in names.Select((name, n) => (name, n)))
        {
            (await (await tenants.ForTenantAsync(name)).Store.GetStreamAsync(run))!.Version.Value.ShouldBe(n + 1);
        }

        (await pool.ListAsync()).Select(tenant => tenant.Tenant).ShouldBe(["acme", "late", .. names]);
        (await tenants.MigrateAsync()).Select(outcome => (outcome.Tenant, outcome.Fault)).ShouldBe([("a", null), ("b", null)]);

        // Switched off and on again, it is where its log is, also if another has fewer.
        var where = (await pool.FindAsync(names[0]))!;
        await pool.DisableAsync(names[0]);
        (await pool.FindAsync(names[0])).ShouldBeNull();
        await Should.ThrowAsync<TenantNotFoundException>(() => pool.DisableAsync(names[0]));
        (await pool.AddAsync(names[0])).ShouldBe(where);

        // To another database of the pool; not to one that is none of it.
        var target = where.Place.Contains(new NpgsqlConnectionStringBuilder(first.ConnectionString).Database!, StringComparison.Ordinal) ? second : first;
        await Should.ThrowAsync<TenantMoveException>(() => tenants.MoveAsync(names[0], TenantSetting.With(master.ConnectionString, names[0])));
        await tenants.MoveAsync(names[0], TenantSetting.With(target.ConnectionString, names[0]), target.SuperuserString);
        (await pool.FindAsync(names[0]))!.Place.ShouldNotBe(where.Place);
        (await (await tenants.ForTenantAsync(names[0])).Store.AppendAsync(run, ExpectedVersion.Any, [new KitLoaded("moved")])).Version.Value.ShouldBe(2);
    }
}
