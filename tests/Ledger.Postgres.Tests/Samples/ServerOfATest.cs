using Ledger.Postgres.Schema;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Samples;

/// <summary>The sample of a test on a throw-away server.</summary>
public sealed class ServerOfATest
{
    [Fact]
    public async Task Sample_ServerOfATest_HasALog()
    {
        // sample: a database of its own for a test
        var postgres = await TestPostgres.SharedAsync();
        await using var database = await postgres.CreateDatabaseAsync("log of a test", async (connectionString, cancellationToken) =>
        {
            await using var template = NpgsqlDataSource.Create(connectionString);    // migrated once, and copied for each test
            await new LedgerMigrator(template).ApplyAsync(cancellationToken);
        });
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var run = new AgentLedger(new PostgresEventStore(source)).GetRun("kettle");
        await run.AppendAsync([new ObjectCreated("claim-1", "Claim")]);

        // end of sample
        (await run.GetLengthAsync()).ShouldBe(new Position(1));
    }
}
