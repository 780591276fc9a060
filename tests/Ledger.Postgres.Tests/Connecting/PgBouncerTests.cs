using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tests.Tenants;
using Ledger.Projections;
using Ledger.Tasks;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>What works through a real PgBouncer that gives each transaction another session, and what is refused.</summary>
public sealed class PgBouncerTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private static readonly StreamName Run = StreamName.Run("shared");
    private static readonly PostgresOptions Conjoined = new() { Tenancy = Tenancy.Conjoined };

    [PgBouncer.Fact]
    public async Task Transactions_StatementsAreLost_IsRefusedBeforeAnythingIsSent()
    {
        await using var bouncer = await PgBouncer.StartAsync(database.ConnectionString, new() { IsByTransaction = true, LosesStatements = true });
        await using var pool = NpgsqlDataSource.Create(bouncer.Through(database.ConnectionString));
        await using var store = new PostgresEventStore(pool);

        var refusal = await Should.ThrowAsync<PoolerException>(() => store.AppendAsync(StreamName.Run("lost"), ExpectedVersion.Any, [new KitLoaded("1")]));

        PostgresFaults.Describe(refusal).ShouldBe(
            "A pooler before the server gives each transaction another session and does not keep prepared statements, so that a statement could run in the place of another. "
            + "Connect to the server itself, let the pooler keep sessions (pool_mode = session), or set its max_prepared_statements above 0 (PgBouncer 1.21 or newer).");
        await Should.ThrowAsync<PoolerException>(() => store.GetStreamAsync(StreamName.Run("lost")));
        (await database.Store.GetStreamAsync(StreamName.Run("lost"))).ShouldBeNull();
    }

    [PgBouncer.KeepingFact]
    public async Task Transactions_StatementsAreKept_AllButLocksOfSessionsWorks()
    {
        const int Writers = 8;
        const int Events = 25;
        await using var bouncer = await PgBouncer.StartAsync(database.ConnectionString, new() { IsByTransaction = true, Sessions = 3 });
        await using var pool = NpgsqlDataSource.Create(bouncer.Through(database.ConnectionString) + ";Pooling=true;Maximum Pool Size=20");
        await using var store = new PostgresEventStore(pool);
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var reader = store.SubscribeAsync(new EventFilter { StreamPrefix = "run:w" }, cancellationToken: over.Token).GetAsyncEnumerator(over.Token);

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var run = new AgentLedger(store).GetRun($"w{writer}");
            for (var i = 0; i < Events; i++)
            {
                await store.AppendAsync(run.StreamName, ExpectedVersion.Exactly(new StreamVersion(i)), [new ObjectCreated($"{i}", "Claim")]);
                (await run.GetWorldAsync()).Objects.Count.ShouldBe(i + 1);
            }
        }));

        for (var i = 0; i < Writers * Events; i++)
        {
            (await reader.MoveNextAsync()).ShouldBeTrue();
        }

        await new TaskLedger(store).SaveTaskAsync(new AgentTask { Id = "t", SystemPrompt = "p", CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch });
        (await new TaskLedger(store).FindTaskAsync("t")).ShouldNotBeNull();
        (await store.ReadLogAsync().CountAsync(e => e.Stream.Value.StartsWith("run:w", StringComparison.Ordinal))).ShouldBe(Writers * Events);
        (await Should.ThrowAsync<PoolerException>(() => new ProjectionAdmin(pool).RebuildAsync("ledger:runs"))).Message.ShouldStartWith(
            "A rebuild holds a lock of its session, but a pooler before the server gives each transaction another session.");
    }

    [PgBouncer.Fact]
    public async Task Transactions_SessionWithTheTenantOfAnotherClient_IsRefused()
    {
        await using var tenants = new ConjoinedDatabase();
        await tenants.InitializeAsync();
        var bolt = await tenants.AddAsync("bolt");
        await tenants.AddAsync("acme");
        await bolt.Store.AppendAsync(Run, ExpectedVersion.NoStream, [new KitLoaded("bolt")]);
        await using var bouncer = await PgBouncer.StartAsync(
            tenants.ConnectionString, new() { IsByTransaction = true, Sessions = 1, Users = new Dictionary<string, string> { [tenants.Role] = "secret" } });
        var through = bouncer.Through(tenants.ConnectionString) + ";Pooling=false";
        await using var pool = NpgsqlDataSource.Create(TenantSetting.With(through, "acme"));
        await using var acme = new PostgresEventStore(pool, Conjoined);

        // The one session has the tenant of the store, until another program says otherwise.
        await SetTenantAsync("acme");
        (await Should.ThrowAsync<TenancyException>(() => acme.GetStreamAsync(Run))).Message.ShouldBe(
            "The connection goes through a pooler, which may give each transaction another session, and that one another tenant. "
            + "Connect to the server itself, or give the tenant a role of its own: alter role … set ledger.tenant = '…'.");
        await SetTenantAsync("bolt");
        await Should.ThrowAsync<TenancyException>(() => acme.GetStreamAsync(Run));
        await using var own = new NpgsqlConnection(through);
        await own.OpenAsync();
        await Should.ThrowAsync<TenancyException>(() => acme.On(own).GetStreamAsync(Run));

        async Task SetTenantAsync(string tenant)
        {
            await using var connection = new NpgsqlConnection(through);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"set ledger.tenant = '{tenant}'", connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    [PgBouncer.KeepingFact]
    public async Task Transactions_TenantsWithRolesOfTheirOwn_NeverSeeEachOther()
    {
        const int Callers = 6;
        await using var tenants = new ConjoinedDatabase();
        await tenants.InitializeAsync();
        var names = new[] { "acme", "bolt" };
        var roles = names.ToDictionary(tenant => tenant, tenant => $"{tenant}_{tenants.Role}");
        foreach (var (tenant, role) in roles)
        {
            await tenants.AddAsync(tenant);
            await tenants.ScalarAsync<int>($"create role {role} login password 'secret' in role {tenants.Role}; alter role {role} set ledger.tenant = '{tenant}'; select 1");
        }

        await using var bouncer = await PgBouncer.StartAsync(
            tenants.ConnectionString, new() { IsByTransaction = true, Sessions = 2, Users = roles.Values.ToDictionary(role => role, _ => "secret") });
        await Task.WhenAll(names.Select(UseAsync));
        await using var misled = NpgsqlDataSource.Create(Through("bolt", roles["acme"]));
        await using var other = new PostgresEventStore(misled, Conjoined);
        (await Should.ThrowAsync<TenancyException>(() => other.GetStreamAsync(Run))).Message.ShouldStartWith("The connection is that of the tenant 'bolt', but its session has 'acme'");
        await tenants.ScalarAsync<int>($"drop role {string.Join(", ", roles.Values)}; select 1");

        string Through(string tenant, string role) => TenantSetting.With(
            new NpgsqlConnectionStringBuilder(bouncer.Through(tenants.ConnectionString)) { Username = role, Pooling = true, MaxPoolSize = Callers }.ConnectionString, tenant);

        async Task UseAsync(string tenant)
        {
            await using var pool = NpgsqlDataSource.Create(Through(tenant, roles[tenant]));
            await using var store = new PostgresEventStore(pool, Conjoined);
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
            {
                for (var i = 0; i < 20; i++)
                {
                    await store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded($"{tenant} {caller} {i}")]);
                    (await store.ReadForwardAsync(Run).ToListAsync()).ShouldAllBe(read => ((KitLoaded)read.Data).Kit!.StartsWith(tenant));
                }
            }));
            (await store.ReadLogAsync().CountAsync()).ShouldBe(Callers * 20);
        }
    }
}
