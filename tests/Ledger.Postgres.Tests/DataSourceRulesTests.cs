using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests;

/// <summary>Data sources that Ledger cannot work with are refused when something is made of them, and not at the first append.</summary>
public sealed class DataSourceRulesTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    [Fact]
    public async Task Make_DataSourceMultiplexes_IsRefused()
    {
        const string Sentence = "has 'Multiplexing=true', which gives a caller no dedicated connection and no prepared statements. Remove it.";
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Multiplexing=true");

        Should.Throw<ArgumentException>(() => new PostgresEventStore(dataSource)).Message.ShouldBe($"The connection string of the data source {Sentence}");
        Should.Throw<ArgumentException>(() => new ProjectionDaemon(dataSource)).Message.ShouldBe($"The connection string of the data source {Sentence}");
        Should.Throw<PostgresOptionsException>(() => new PostgresOptions { ConnectionString = "Host=x;Multiplexing=true" }.Checked())
            .Faults.ShouldBe([$"ConnectionString {Sentence}"]);
    }

    [Fact]
    public async Task Make_SlimDataSource_IsRefusedUnlessItKnowsArrays()
    {
        var builder = new NpgsqlSlimDataSourceBuilder(database.ConnectionString);
        await using var without = builder.Build();
        builder.EnableArrays();
        await using var with = builder.Build();

        Should.Throw<ArgumentException>(() => new PostgresEventStore(without)).Message.ShouldBe(
            "The data source can neither write nor read arrays, as one of NpgsqlSlimDataSourceBuilder, and Ledger's statements take and return them. "
            + "Call EnableArrays() on its builder, or use NpgsqlDataSourceBuilder.");
        Should.Throw<ArgumentException>(() => new ProjectionDaemon(without));
        await using var store = new PostgresEventStore(with);
        var stream = StreamName.Run(Guid.NewGuid().ToString("N"));
        (await store.AppendAsync(stream, ExpectedVersion.NoStream, [new KitLoaded("a"), new KitLoaded("b")])).Version.Value.ShouldBe(2);
        (await store.ReadForwardAsync(stream).CountAsync()).ShouldBe(2);
    }
}
