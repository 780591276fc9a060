using Ledger.Conformance.Projections;
using Ledger.Postgres.Tests.Projections.Daemon;
using Ledger.Testing;

namespace Ledger.Postgres.Tests.Testing;

/// <summary>A process of its own, for tests that kill one: makes a throw-away server and a database, says where, and waits; or is a node.</summary>
internal static class ChildProgram
{
    private static async Task Main(string[] args)
    {
        if (args is [NodeProgram.Verb, var connectionString, var name])
        {
            await NodeProgram.RunAsync(connectionString, name);
            return;
        }

        if (args is [NodeProgram.OfTenants or NodeProgram.OfTenantsInChaos, var ofAll, var node])
        {
            await NodeProgram.RunTenantsAsync(ofAll, node, args[0] == NodeProgram.OfTenants ? [ProjectionSamples.Tallies] : ChaosProjections.OfTenants);
            return;
        }

        var postgres = await TestPostgres.SharedAsync();
        var database = await postgres.CreateDatabaseAsync();
        Console.WriteLine(database.ConnectionString);
        await Console.In.ReadToEndAsync();
    }
}
