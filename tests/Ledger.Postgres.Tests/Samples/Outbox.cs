using System.Text.Json.Nodes;
using Ledger.Log;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Samples;

/// <summary>The README's sample of an outbox: a message to others in the transaction of the event that it tells of.</summary>
public sealed class Outbox(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    [Fact]
    public async Task Sample_Outbox_HasTheMessageOfEveryEvent()
    {
        var (dataSource, store) = (database.DataSource, database.Store);
        await using (var create = dataSource.CreateCommand("create table outbox (event_id uuid primary key, topic text not null)"))
        {
            await create.ExecuteNonQueryAsync();
        }

        await SellAsync(dataSource, store);

        var recorded = await store.ReadForwardAsync(StreamName.Run("order-7")).SingleAsync();
        (await database.ScalarAsync<Guid>("select event_id from outbox where topic = 'orders'")).ShouldBe(recorded.Id);
    }

    [Fact]
    public async Task Append_InTransactionThatIsRolledBack_LeavesNeither()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var insert = new NpgsqlCommand("create table short_lived (id int)", connection, transaction);
            await insert.ExecuteNonQueryAsync();
            await database.Store.On(transaction).AppendAsync(StreamName.Run("order-9"), ExpectedVersion.Any, [new ObjectRemoved("order-9")]);
            await transaction.RollbackAsync();
        }

        (await database.Store.GetStreamAsync(StreamName.Run("order-9"))).ShouldBeNull();
        (await database.ScalarAsync<bool>("select to_regclass('short_lived') is null")).ShouldBeTrue();
    }

    private static async Task SellAsync(NpgsqlDataSource dataSource, PostgresEventStore store)
    {
        // sample: an outbox
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        var paid = new NewEvent(new ObjectPatched("order-7", new JsonObject { ["state"] = "paid" }));
        await store.On(transaction).AppendAsync(StreamName.Run("order-7"), ExpectedVersion.Any, [paid]);

        await using var remember = new NpgsqlCommand("insert into outbox (event_id, topic) values ($1, 'orders')", connection, transaction)
        {
            Parameters = { new() { Value = paid.Id } },
        };
        await remember.ExecuteNonQueryAsync();

        await transaction.CommitAsync();
        // end of sample
    }
}
