using JasperFx.Events.Daemon;
using Ledger.Conformance.Decorators;
using Ledger.Conformance.Hosting;
using Ledger.Log;
using Ledger.Marten.Hosting;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Projections;
using Ledger.Records;
using Ledger.Tasks;
using Ledger.Testing;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Hosting;

public sealed class LedgerMartenExtensionsTests(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    // On the host before it no server runs.
    [Theory]
    [InlineData("")]
    [InlineData("/nowhere,")]
    public async Task AddLedger_OnAddMarten_GivesRunsBranchesAndWorlds(string hostBefore)
    {
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        connection.Host = hostBefore + connection.Host;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMarten(options => options.Connection(connection.ConnectionString)).AddLedger();
        await using var provider = services.BuildServiceProvider();

        var run = provider.GetRequiredService<AgentLedger>().GetRun($"hosted{hostBefore.Length}");
        await run.AppendAsync([new ObjectCreated("a", "Claim", [])]);
        var branch = await run.ForkAsync(new Position(1));
        await branch.AppendAsync([new ObjectRemoved("a")]);

        (await run.DiffAsync(branch)).Summary().ShouldBe("-1 objects");
        (await branch.GetWorldAsync()).Objects.ShouldBeEmpty();
        provider.GetRequiredService<IEventStore>().ShouldBeOfType<MartenEventStore>().Get<Ledger.Worlds.IWorldReader>().ShouldNotBeNull();
        provider.GetRequiredService<IDocumentReader>().ShouldBeSameAs(provider.GetRequiredService<IEventStore>().Get<IDocumentReader>());
        (await provider.GetRequiredService<LedgerMigrator>().AssertAsync()).ShouldBeEmpty();
        await using var session = provider.GetRequiredService<IDocumentStore>().QuerySession();
        (await session.Events.FetchStreamAsync(run.StreamName.Value)).Single().Data.ShouldBeOfType<ObjectCreated>();
    }

    [Theory]
    [InlineData("AddLedgerSearchIndex", true)]
    [InlineData("AddAsyncDaemon", true)]
    [InlineData("AddLedger", false)]
    [InlineData("WithoutLedgerSearchIndex", false)]
    public async Task SearchIndex_IsKept_WhereItIsAskedForOrMartensDaemonRuns(string call, bool isKept)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        var marten = services.AddMarten(options => options.Connection(database.DataSource)).AddLedger();
        _ = call switch
        {
            "AddLedgerSearchIndex" => marten.AddLedgerSearchIndex().AddLedgerSearchIndex(),
            "AddAsyncDaemon" => marten.AddAsyncDaemon(DaemonMode.Solo).AddLedger(),
            "WithoutLedgerSearchIndex" => marten.AddAsyncDaemon(DaemonMode.Solo).WithoutLedgerSearchIndex().AddLedger(),
            _ => marten,
        };
        await using var provider = services.BuildServiceProvider();
        var hosted = provider.GetServices<IHostedService>().OfType<SearchIndexService>().Single();
        await hosted.StartedAsync(CancellationToken.None);
        hosted.IsKept.ShouldBe(isKept);
        if (isKept)
        {
            await using (var session = provider.GetRequiredService<IDocumentStore>().LightweightSession())
            {
                session.Events.Append("run:indexed", new ToolCalled($"sonar-of-{call}"));
                await session.SaveChangesAsync();
            }

            var search = LogSearch.Of(provider.GetRequiredService<IEventStore>());
            var page = await search.SearchAsync(new LogQuery { Tool = $"sonar-of-{call}" });
            using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (page.Unindexed != 0)
            {
                await Task.Delay(20, stop.Token);
                page = await search.SearchAsync(new LogQuery { Tool = $"sonar-of-{call}" });
            }

            page.Events.ShouldHaveSingleItem().Stream.Id.ShouldBe("indexed");
        }

        await hosted.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task AddLedger_Services_WorkOnOneStore()
    {
        await using var own = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IEventStore>(provider => new CountingStore(provider.GetRequiredService<MartenEventStore>()));
        services.AddMarten(options => options.Connection(own.ConnectionString)).AddLedger();
        await using var provider = services.BuildServiceProvider();

        await ServiceChecks.RunAsync(provider, key: null);

        provider.GetRequiredService<AgentLedger>().Store.ShouldBeOfType<CountingStore>().Appends.ShouldBe(3);
    }

    [Fact]
    public async Task AddLedger_AfterUseLedger_LeavesItsOptions()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMarten(options =>
        {
            options.Connection(database.DataSource);
            options.UseLedger(o => o with { RetryFor = TimeSpan.FromSeconds(7) });
        }).AddLedger();
        await using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<PostgresOptions>().RetryFor.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task AddLedger_OnASecondStore_LeavesTheFirstAsItIs()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMarten(options =>
        {
            options.Connection(database.DataSource);
            options.DatabaseSchemaName = "shop";
            options.Events.StreamIdentity = JasperFx.Events.StreamIdentity.AsGuid;
        });
        services.AddMartenStore<IAgentStore>(options => options.Connection(database.DataSource)).AddLedger(o => o with { RetryFor = TimeSpan.FromSeconds(7) });
        await using var provider = services.BuildServiceProvider();
        var order = Guid.NewGuid();
        await using (var session = provider.GetRequiredService<IDocumentStore>().LightweightSession())
        {
            session.Events.StartStream(order, new KitLoaded("by Guid"));
            await session.SaveChangesAsync();
        }

        var run = provider.GetRequiredService<AgentLedger>().GetRun("second-store");
        await run.AppendAsync([new ObjectCreated("a", "Claim", [])]);
        var keyed = provider.GetRequiredKeyedService<AgentLedger>(typeof(IAgentStore));
        (await keyed.GetRun("second-store").GetWorldAsync()).Objects.Count.ShouldBe(1);
        provider.GetRequiredKeyedService<PostgresOptions>(typeof(IAgentStore)).RetryFor.ShouldBe(TimeSpan.FromSeconds(7));
        await ServiceChecks.RunAsync(provider, typeof(IAgentStore));
        await using (var session = provider.GetRequiredService<IAgentStore>().LightweightSession())
        {
            await session.Ledger().GetRun("second-store").AppendAsync([new KitLoaded("in a session")]);
            await session.SaveChangesAsync();
            (await session.Events.FetchStreamAsync("run:second-store")).Count.ShouldBe(2);
        }

        await using var first = provider.GetRequiredService<IDocumentStore>().QuerySession();
        (await first.Events.FetchStreamAsync(order)).Count.ShouldBe(1);
    }

    /// <summary>The store that has Ledger's log.</summary>
    public interface IAgentStore : IDocumentStore;

    [Fact]
    public async Task FirstUse_OfAnEmptyDatabase_MakesTheTables()
    {
        foreach (var use in new Func<IDocumentStore, Task>[]
        {
            async store =>
            {
                await using var session = store.LightweightSession();
                (await session.Ledger().GetRun("none").GetWorldAsync()).Objects.ShouldBeEmpty();
            },
            async store =>
            {
                await using var events = new MartenEventStore(store);
                await using var records = new ChronoStore(events, "first");
                await records.UpsertAsync(new ChronoRecord { Id = "F-1", Label = "first" });
            },
            async store => (await new TaskLedger(new MartenEventStore(store)).FindTaskAsync("none")).ShouldBeNull(),
        })
        {
            var empty = MartenDatabase.Empty();
            await empty.InitializeAsync();
            await use(empty.CreateDocumentStore());
            await empty.DisposeAsync();
        }
    }
}
