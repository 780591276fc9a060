using Ledger.Conformance.Decorators;
using Ledger.Conformance.Hosting;
using Ledger.Log;
using Ledger.Postgres.Schema;
using Ledger.Projections;
using Ledger.Records;
using Ledger.Tasks;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Hosting;

public sealed class LedgerServiceCollectionExtensionsTests
{
    [Fact]
    public async Task AddLedger_ConnectionString_RunsOnDataSourceOfItsOwn()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var provider = new ServiceCollection()
            .AddLedger(options => options with
            {
                ConnectionString = database.ConnectionString,
                EventSchema = "log",
                Limits = new AgentLedgerOptions { MaxLineageDepth = 3 },
            })
            .BuildServiceProvider(validateScopes: true);

        await provider.GetRequiredService<LedgerMigrator>().ApplyAsync();

        var ledger = provider.GetRequiredService<AgentLedger>();
        await ledger.StartRunAsync("a");
        (await ledger.FindAsync(StreamName.Run("a"))).ShouldNotBeNull();
        ledger.Options.MaxLineageDepth.ShouldBe(3);
        ledger.Store.ShouldBeSameAs(provider.GetRequiredService<IEventStore>());
        ledger.Store.ShouldBeSameAs(provider.GetRequiredService<PostgresEventStore>());
        provider.GetService<NpgsqlDataSource>().ShouldBeNull();
        provider.GetServices<IHostedService>().ShouldBeEmpty();
    }

    [Fact]
    public async Task AddLedger_DataSourceOfTheContainer_IsUsedAndLeftOpen()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await using (var provider = new ServiceCollection().AddSingleton(dataSource).AddLedger().BuildServiceProvider())
        {
            await provider.GetRequiredService<LedgerMigrator>().ApplyAsync();
        }

        await new LedgerMigrator(dataSource).EnsureMigratedAsync();
    }

    [Fact]
    public async Task AddLedger_AutoMigrate_AppliesBeforeOthersStart()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var provider = new ServiceCollection()
            .AddLedger(options => options with { ConnectionString = database.ConnectionString, AutoMigrate = AutoMigrate.AtStart })
            .BuildServiceProvider();

        var hosted = provider.GetServices<IHostedService>().ShouldHaveSingleItem().ShouldBeAssignableTo<IHostedLifecycleService>()!;
        await hosted.StartingAsync(CancellationToken.None);

        await provider.GetRequiredService<LedgerMigrator>().EnsureMigratedAsync();
    }

    [Fact]
    public async Task AddLedger_Services_WorkOnOneStore()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var provider = new ServiceCollection()
            .AddSingleton(new TaskLedgerOptions { StatusMoves = StatusMoves.Forward })
            .AddLedger(options => options with { ConnectionString = database.ConnectionString })
            .BuildServiceProvider(validateScopes: true);
        await provider.GetRequiredService<LedgerMigrator>().ApplyAsync();

        await ServiceChecks.RunAsync(provider, key: null);
    }

    [Fact]
    public async Task AddLedger_DecoratorBefore_IsUsedByAllOfThem()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var provider = new ServiceCollection()
            .AddSingleton<IEventStore>(services => new CountingStore(services.GetRequiredService<PostgresEventStore>()))
            .AddLedger(options => options with { ConnectionString = database.ConnectionString })
            .BuildServiceProvider(validateScopes: true);
        await provider.GetRequiredService<LedgerMigrator>().ApplyAsync();

        await ServiceChecks.RunAsync(provider, key: null);

        provider.GetRequiredService<AgentLedger>().Store.ShouldBeOfType<CountingStore>().Appends.ShouldBe(3);
        provider.GetRequiredService<IDocumentReader>().ShouldBeSameAs(provider.GetRequiredService<IEventStore>().Get<IDocumentReader>());
    }

    [Fact]
    public async Task AddLedger_ProviderDisposedWithoutWaiting_ClosesRecordStores()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        ChronoStore records;
        using (var provider = new ServiceCollection()
            .AddLedger(options => options with { ConnectionString = database.ConnectionString }).BuildServiceProvider())
        {
            records = provider.GetRequiredService<ChronoStores>().Get("kettle");
        }

        await Should.ThrowAsync<ObjectDisposedException>(() => records.GetAsync("a"));
    }

    [Fact]
    public void AddLedger_NoDatabase_SaysWhatToDo()
    {
        using var provider = new ServiceCollection().AddLedger().BuildServiceProvider();

        Should.Throw<InvalidOperationException>(() => provider.GetRequiredService<AgentLedger>()).Message.ShouldBe(
            "Ledger has no database: the container has no NpgsqlDataSource, and the options have no connection string. "
            + "Register one, or write services.AddLedger(o => o with { ConnectionString = … }).");
    }

    [Fact]
    public void AddLedger_BadOptions_AreRefusedAtOnce() =>
        Should.Throw<PostgresOptionsException>(() => new ServiceCollection().AddLedger(options => options with { EventSchema = "" }))
            .Faults.ShouldHaveSingleItem();
}
