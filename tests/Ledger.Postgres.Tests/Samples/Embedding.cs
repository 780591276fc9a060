using System.Text.Json.Nodes;
using Ledger.Bus;
using Ledger.Postgres.Schema;
using Ledger.Records;
using Ledger.Tasks;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Samples;

/// <summary>The README's sample for an application that has Npgsql already.</summary>
public sealed class Embedding
{
    [Fact]
    public async Task Sample_OwnTransaction_CommitsBothOrNeither()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var applicationsOwn = NpgsqlDataSource.Create(database.ConnectionString);
        await using (var create = applicationsOwn.CreateCommand("create table orders (id text primary key)"))
        {
            await create.ExecuteNonQueryAsync();
        }

        var services = new ServiceCollection();
        services.AddSingleton(applicationsOwn);

        // sample: the container
        services.AddLedger(options => options with { EventSchema = "ledger", LedgerSchema = "ledger" });
        // end of sample
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<LedgerMigrator>().ApplyAsync();

        // sample: the services
        var runs = provider.GetRequiredService<AgentLedger>();      // runs and branches
        var tasks = provider.GetRequiredService<TaskLedger>();      // tasks, calls and messages
        var records = provider.GetRequiredService<ChronoStores>();  // record stores, one for each project
        var bus = provider.GetRequiredService<AgentBus>();          // the abilities on tasks, and those that the application registers
        // end of sample
        (await runs.FindAsync(StreamName.Run("order-7"))).ShouldBeNull();
        (await tasks.FindTaskAsync("t1")).ShouldBeNull();
        (await records.Get("kettle").RecordCountAsync()).ShouldBe(0);
        bus.Has("ldg:task:get").ShouldBeTrue();

        var dataSource = provider.GetRequiredService<NpgsqlDataSource>();
        var store = provider.GetRequiredService<PostgresEventStore>();

        // sample: the caller's transaction
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        await using var insert = new NpgsqlCommand("insert into orders (id) values ('order-7')", connection, transaction);
        await insert.ExecuteNonQueryAsync();

        var run = new AgentLedger(store.On(transaction)).GetRun("order-7");
        await run.AppendAsync([new ObjectCreated("order-7", "Order", new JsonObject { ["state"] = "placed" })]);

        await transaction.CommitAsync();    // the row and the event, or neither
        // end of sample

        var recorded = await provider.GetRequiredService<AgentLedger>().OpenAsync(StreamName.Run("order-7"));
        (await recorded.GetWorldAsync()).FindObject("order-7")!.Data["state"].GetString().ShouldBe("placed");
        await using var rollback = await connection.BeginTransactionAsync();
        await new AgentLedger(store.On(rollback)).GetRun("order-8").AppendAsync([new ObjectCreated("order-8", "Order")]);
        await rollback.RollbackAsync();
        (await provider.GetRequiredService<AgentLedger>().FindAsync(StreamName.Run("order-8"))).ShouldBeNull();
    }
}
