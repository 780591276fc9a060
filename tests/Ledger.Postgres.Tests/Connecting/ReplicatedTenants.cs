using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Postgres.Replicas;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Npgsql;
using Shouldly;

namespace Ledger.Postgres.Tests.Connecting;

/// <summary>Two tenants of a schema of many on a pair of servers: what a standby shows of whom, before and after it takes over.</summary>
internal sealed class ReplicatedTenants : IAsyncDisposable
{
    private static readonly StreamName Run = StreamName.Run("same");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly PostgresOptions Options = new() { EventSchema = "many", LedgerSchema = "many", RetryFor = Patience };

    private readonly ReplicatedPair _pair;
    private readonly string _app;
    private readonly ConjoinedTenants _map;
    private readonly TenantLedgers _tenants;
    private TenantLedger _acme = null!;
    private TenantLedger _bolt = null!;

    private ReplicatedTenants(ReplicatedPair pair)
    {
        (_pair, _app) = (pair, As(pair.ConnectionString));
        _map = new ConjoinedTenants(_app, Options);
        _tenants = new TenantLedgers(_map, new TenantOptions { Ledger = Options });
    }

    /// <summary>Makes them, beside the log that the pair has; each has the same run.</summary>
    public static async Task<ReplicatedTenants> CreateAsync(ReplicatedPair pair)
    {
        await using (var superuser = NpgsqlDataSource.Create(pair.PrimaryString))
        {
            await using var command = superuser.CreateCommand("create role app login password 'secret'; grant create on database pair to app");
            await command.ExecuteNonQueryAsync();
        }

        var made = new ReplicatedTenants(pair);
        await using (var owner = PostgresDataSources.Create(made._app))
        {
            await new LedgerMigrator(owner, Options with { Tenancy = Tenancy.Conjoined }).ApplyAsync();
        }

        made._acme = await made.AddAsync("acme");
        made._bolt = await made.AddAsync("bolt");
        return made;
    }

    /// <summary>Reads from the standby: of one tenant alone, and what that tenant has written last.</summary>
    public async Task ReadAsync()
    {
        var (acme, bolt) = (_acme, _bolt);
        await using var standbys = acme.CreateReplicas(As(_pair.StandbyString) + ";Pooling=true;Target Session Attributes=prefer-standby");
        var read = acme.Store.OnReplicas(standbys, ReplicaFreshness.After(await bolt.Store.GetWalPositionAsync()) with { Patience = Patience });
        (await read.ReadLogAsync().ToListAsync()).ShouldHaveSingleItem().Stream.ShouldBe(Run);
        (await new AgentLedger(read).GetRun("same").GetWorldAsync()).Objects.ShouldHaveSingleItem().Data.ToString().ShouldContain("acme");
        (await CountAsync(TenantSetting.With(As(_pair.StandbyString), "bolt"))).ShouldBe(1, "a session of the standby sees a tenant");
        (await CountAsync(As(_pair.StandbyString))).ShouldBe(0, "or none");

        await _pair.PauseReplayAsync();
        await acme.Store.AppendAsync(Run, ExpectedVersion.Any, [new ObjectCreated("p", "Claim")]);
        var written = await acme.Store.GetWalPositionAsync();
        (await acme.Store.OnReplicas(standbys, ReplicaFreshness.Any).GetStreamAsync(Run))!.Version.Value.ShouldBe(1);
        var own = acme.Store.OnReplicas(standbys, ReplicaFreshness.After(written) with { Patience = Patience }).GetStreamAsync(Run);
        await _pair.ResumeReplayAsync();
        (await own)!.Version.Value.ShouldBe(2);
    }

    /// <summary>Goes on where the standby is the primary.</summary>
    public async Task GoOnAsync()
    {
        var (acme, bolt) = (_acme, _bolt);
        (await acme.Store.AppendAsync(Run, ExpectedVersion.Any, [new ObjectCreated("q", "Claim")])).Version.Value.ShouldBe(3);
        (await bolt.Store.GetStreamAsync(Run))!.Version.Value.ShouldBe(1);
        (await acme.Store.ReadLogAsync().CountAsync()).ShouldBe(3);
        (await _map.ListAsync()).Select(tenant => tenant.Tenant).ShouldBe(["acme", "bolt"]);
        (await acme.Migrator.AssertAsync()).ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await _tenants.DisposeAsync();
        await _map.DisposeAsync();
    }

    private async Task<TenantLedger> AddAsync(string name)
    {
        await _map.AddAsync(name);
        var ledger = await _tenants.ForTenantAsync(name);
        await ledger.Store.AppendAsync(Run, ExpectedVersion.NoStream, [new ObjectCreated("o", "Claim", new JsonObject { ["of"] = name })]);
        return ledger;
    }

    private static string As(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { Username = "app", Password = "secret" }.ConnectionString;

    private static async Task<long> CountAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select count(*) from many.mt_events", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
