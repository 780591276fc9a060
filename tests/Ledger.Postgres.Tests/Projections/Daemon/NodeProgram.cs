using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Tenants;
using Ledger.Projections;
using Npgsql;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>A node of the daemon as a process of its own, for tests that kill one.</summary>
internal static class NodeProgram
{
    public const string Verb = "daemon";
    public const string OfTenants = "tenants";
    public const string OfTenantsInChaos = "chaos-tenants";

    public static async Task RunAsync(string connectionString, string name)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        var options = TenantSetting.Of(connectionString) is null
            ? new PostgresOptions { AsyncProjections = ChaosProjections.All }
            : new PostgresOptions { AsyncProjections = ChaosProjections.OfTenants, Tenancy = Tenancy.Conjoined };
        await using var node = new ProjectionDaemon(
            dataSource, options, new DaemonOptions { NodeName = name, SearchIndex = false });
        await node.StartAsync();
        Console.WriteLine("started");
        await Console.In.ReadToEndAsync();
    }

    public static async Task RunTenantsAsync(string connectionString, string name, IReadOnlyList<Projection> projections)
    {
        await using var map = new ConjoinedTenants(connectionString);
        await using var tenants = new TenantLedgers(map, new TenantOptions { Ledger = new PostgresOptions { AsyncProjections = projections } });
        await using var coordination = NpgsqlDataSource.Create(connectionString);
        await using var node = new TenantDaemons(tenants, coordination, new DaemonOptions { NodeName = name });
        await node.StartAsync();
        Console.WriteLine("started");
        await Console.In.ReadToEndAsync();
    }
}
