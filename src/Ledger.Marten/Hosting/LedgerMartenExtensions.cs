using Ledger.Bus;
using Ledger.Log;
using Ledger.Marten;
using Ledger.Marten.Hosting;
using Ledger.Marten.Projections;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Hosting;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Schema;
using Ledger.Projections;
using Ledger.Tasks;
using Marten;
using Marten.Events.Daemon.Coordination;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ProjectionCoordinatorBase = JasperFx.Events.Daemon.ProjectionCoordinatorBase;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Ledger to an application that has Marten.</summary>
public static class LedgerMartenExtensions
{
    /// <summary>Adds the event store on the application's document store, the reader of documents, the ledgers of runs and of tasks, the record
    /// stores, the bus of abilities, the migrator, questions in SQL and the table of contracts, each once for the application.</summary>
    /// <remarks>The document store gets Ledger's configuration, unless it has called <c>UseLedger</c> itself, which takes precedence. A decorator that
    /// is registered as <see cref="IEventStore"/> before this call is used by all of them. With tenants, by <c>MultiTenantedDatabases…</c> or <c>UseLedger(tenants)</c>, use
    /// <see cref="MartenTenants"/>, <see cref="MartenTenantScope"/> or sessions of a tenant: the other services are of none, and refuse every call. Where the application runs Marten's daemon, it also keeps the index of the search, see
    /// <see cref="DaemonOptions.SearchIndex"/>, which takes three connections; <see cref="WithoutLedgerSearchIndex"/> turns that off.</remarks>
    /// <param name="marten">What <c>AddMarten</c> returned.</param>
    /// <param name="configure">Changes Ledger's options; see <see cref="LedgerStoreOptionsExtensions.UseLedger(StoreOptions, Func{PostgresOptions, PostgresOptions})"/>.</param>
    public static MartenServiceCollectionExtensions.MartenConfigurationExpression AddLedger(
        this MartenServiceCollectionExtensions.MartenConfigurationExpression marten,
        Func<PostgresOptions, PostgresOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(marten);
        var services = marten.Services;
        services.ConfigureMarten(options =>
        {
            if (!StoreConfiguration.IsIn(options))
            {
                options.UseLedger(configure);
            }
        });
        AddServices(services, provider => provider.GetRequiredService<IDocumentStore>());
        AddRequests(services, typeof(IDocumentStore), provider => provider.GetRequiredService<IDocumentStore>(), provider => provider.GetService<IProjectionCoordinator>());
        AddSearchIndex(services, SearchIndexing.WithDaemon);
        return marten;
    }

    /// <summary>Adds Ledger on a further document store: the way for an application whose first store has other streams or tenants.</summary>
    /// <remarks>
    /// The services are those of <see cref="AddLedger(MartenServiceCollectionExtensions.MartenConfigurationExpression, Func{PostgresOptions, PostgresOptions}?)"/>,
    /// keyed by the store's type: <c>[FromKeyedServices(typeof(T))] AgentLedger</c>. Without a key they are those of the first call of
    /// <c>AddLedger</c> in the application.
    /// </remarks>
    /// <typeparam name="T">The store's type.</typeparam>
    /// <param name="marten">What <c>AddMartenStore</c> returned.</param>
    /// <param name="configure">Changes Ledger's options; see <see cref="LedgerStoreOptionsExtensions.UseLedger(StoreOptions, Func{PostgresOptions, PostgresOptions})"/>.</param>
    public static MartenServiceCollectionExtensions.MartenStoreExpression<T> AddLedger<T>(
        this MartenServiceCollectionExtensions.MartenStoreExpression<T> marten,
        Func<PostgresOptions, PostgresOptions>? configure = null)
        where T : class, IDocumentStore
    {
        ArgumentNullException.ThrowIfNull(marten);
        var (services, key) = (marten.Services, typeof(T));
        services.ConfigureMarten<T>(options =>
        {
            if (!StoreConfiguration.IsIn(options))
            {
                options.UseLedger(configure);
            }
        });
        services.TryAddKeyedSingleton(key, (provider, _) => new MartenEventStore(
            provider.GetRequiredService<T>(), provider.GetService<TimeProvider>(), provider.GetService<ILogger<MartenEventStore>>()));
        services.TryAddKeyedSingleton(key, (provider, _) => provider.GetRequiredKeyedService<MartenEventStore>(key).Options);
        services.TryAddKeyedSingleton<IEventStore>(key, (provider, _) => provider.GetRequiredKeyedService<MartenEventStore>(key));
        services.TryAddKeyedSingleton<IDocumentReader>(key, (provider, _) => provider.GetRequiredKeyedService<MartenEventStore>(key).Get<IDocumentReader>()!);
        services.TryAddKeyedSingleton(key, (provider, _) => MigratorOf(provider, provider.GetRequiredKeyedService<MartenEventStore>(key)));
        services.TryAddKeyedSingleton(key, (provider, _) => AdminOf(provider, provider.GetRequiredKeyedService<MartenEventStore>(key)));
        services.TryAddKeyedSingleton(key, (provider, _) => QueriesOf(provider.GetRequiredKeyedService<MartenEventStore>(key)));
        services.TryAddKeyedSingleton(key, (provider, _) => ContractsOf(provider.GetRequiredKeyedService<MartenEventStore>(key)));
        services.TryAddKeyedSingleton(key, (provider, _) => LedgerServices.RunsOf(
            provider, provider.GetRequiredKeyedService<IEventStore>(key), provider.GetRequiredKeyedService<PostgresOptions>(key)));
        services.TryAddKeyedSingleton(key, (provider, _) => LedgerServices.TasksOf(provider, provider.GetRequiredKeyedService<IEventStore>(key)));
        services.TryAddKeyedSingleton(key, (provider, _) => LedgerServices.RecordsOf(provider, provider.GetRequiredKeyedService<IEventStore>(key)));
        services.TryAddKeyedSingleton(key, (provider, _) => LedgerServices.BusOf(provider.GetRequiredKeyedService<TaskLedger>(key)));
        services.TryAddKeyedSingleton<IAgentBus>(key, (provider, _) => provider.GetRequiredKeyedService<AgentBus>(key));
        AddServices(services, provider => provider.GetRequiredService<T>());
        AddRequests(services, key, provider => provider.GetRequiredService<T>(), provider => provider.GetService<IProjectionCoordinator<T>>());
        return marten;
    }

    /// <summary>Keeps the index of the search across streams while the application runs, on one node at a time, also where Marten's daemon does not run: see
    /// <see cref="DaemonOptions.SearchIndex"/>.</summary>
    /// <remarks>It takes three connections.</remarks>
    public static MartenServiceCollectionExtensions.MartenConfigurationExpression AddLedgerSearchIndex(
        this MartenServiceCollectionExtensions.MartenConfigurationExpression marten)
    {
        ArgumentNullException.ThrowIfNull(marten);
        AddSearchIndex(marten.Services, SearchIndexing.Always);
        return marten;
    }

    /// <summary>Does not keep the index of the search, although the application runs Marten's daemon.</summary>
    public static MartenServiceCollectionExtensions.MartenConfigurationExpression WithoutLedgerSearchIndex(
        this MartenServiceCollectionExtensions.MartenConfigurationExpression marten)
    {
        ArgumentNullException.ThrowIfNull(marten);
        AddSearchIndex(marten.Services, SearchIndexing.Never);
        return marten;
    }

    // The last call that says so decides, whatever AddLedger says before or after it.
    private static void AddSearchIndex(IServiceCollection services, SearchIndexing indexing)
    {
        if (services.All(service => service.ServiceType != typeof(SearchIndexService)))
        {
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<SearchIndexService>());
        }
        else if (indexing == SearchIndexing.WithDaemon)
        {
            return;
        }

        services.Replace(ServiceDescriptor.Singleton(provider => new SearchIndexService(
            () => StoreOn(provider, provider.GetRequiredService<IDocumentStore>()),
            indexing,
            () => RunsDaemon(provider.GetService<IProjectionCoordinator>()),
            provider.GetService<ILogger<ProjectionDaemon>>(),
            provider.GetService<TimeProvider>())));
    }

    // Not where something else, such as Wolverine, distributes its work.
    private static bool RunsDaemon(object? coordinator) => coordinator is ProjectionCoordinatorBase { Distributor: not null };

    private static void AddServices(IServiceCollection services, Func<IServiceProvider, IDocumentStore> documents)
    {
        services.TryAddSingleton(provider => new MartenEventStore(
            documents(provider), provider.GetService<TimeProvider>(), provider.GetService<ILogger<MartenEventStore>>()));
        services.TryAddSingleton(provider => new MartenTenants(
            documents(provider), provider.GetService<TimeProvider>(), provider.GetService<ILogger<MartenEventStore>>()));
        services.TryAddScoped<MartenTenantScope>();
        services.TryAddScoped(provider => provider.GetRequiredService<MartenTenantScope>().Ledger);
        services.TryAddSingleton(provider => provider.GetRequiredService<MartenEventStore>().Options);
        services.TryAddSingleton(provider => DatabaseOf(provider.GetRequiredService<MartenEventStore>()));
        services.TryAddSingleton<IEventStore>(provider => provider.GetRequiredService<MartenEventStore>());
        services.TryAddSingleton<IDocumentReader>(provider => provider.GetRequiredService<MartenEventStore>().Get<IDocumentReader>()!);
        services.TryAddSingleton(provider => MigratorOf(provider, provider.GetRequiredService<MartenEventStore>()));
        services.TryAddSingleton(provider => AdminOf(provider, provider.GetRequiredService<MartenEventStore>()));
        services.TryAddSingleton(provider => QueriesOf(provider.GetRequiredService<MartenEventStore>()));
        services.TryAddSingleton(provider => ContractsOf(provider.GetRequiredService<MartenEventStore>()));
        services.TryAddSingleton(provider => LedgerServices.RunsOf(
            provider, provider.GetRequiredService<IEventStore>(), provider.GetRequiredService<PostgresOptions>()));
        services.TryAddSingleton(provider => LedgerServices.TasksOf(provider, provider.GetRequiredService<IEventStore>()));
        services.TryAddSingleton(provider => LedgerServices.RecordsOf(provider, provider.GetRequiredService<IEventStore>()));
        services.TryAddSingleton(provider => LedgerServices.BusOf(provider.GetRequiredService<TaskLedger>()));
        services.TryAddSingleton<IAgentBus>(provider => provider.GetRequiredService<AgentBus>());
    }

    /// <summary>Has the application act on its projections of Marten when other programs ask for it, each store once.</summary>
    private static void AddRequests(
        IServiceCollection services, Type key, Func<IServiceProvider, IDocumentStore> documents, Func<IServiceProvider, object?> coordinator)
    {
        if (services.Any(service => service.IsKeyedService && service.ServiceType == typeof(ApplicationRequests) && Equals(service.ServiceKey, key)))
        {
            return;
        }

        services.AddKeyedSingleton(key, (provider, _) => new ApplicationRequests(
            StoreOn(provider, documents(provider)),
            coordinator(provider) is ProjectionCoordinatorBase own && RunsDaemon(own) ? own : null,
            provider.GetService<ILogger<ApplicationRequests>>() ?? NullLogger<ApplicationRequests>.Instance,
            provider.GetService<TimeProvider>() ?? TimeProvider.System));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<ApplicationRequests>(key));
        services.AddSingleton<IHostedService>(provider => new ContractsAfterStart(() => StoreOn(provider, documents(provider))));
    }

    // Without a key there is the event store of one document store only.
    private static MartenEventStore StoreOn(IServiceProvider provider, IDocumentStore documents) =>
        provider.GetRequiredService<MartenEventStore>() is { } first && ReferenceEquals(first.Documents, documents)
            ? first
            : StoreConfiguration.Of(documents).EngineOn(documents);

    private static LedgerMigrator MigratorOf(IServiceProvider provider, MartenEventStore store) =>
        new(store.DataSource, store.Options, provider.GetService<ILogger<LedgerMigrator>>());

    private static ProjectionAdmin AdminOf(IServiceProvider provider, MartenEventStore store) =>
        new(store.DataSource, store.Options, provider.GetService<TimeProvider>());

    private static LogDatabase DatabaseOf(MartenEventStore store) => new(store.DataSource, store.Options);

    private static SqlQueries QueriesOf(MartenEventStore store) => new(store.DataSource, store.Options);

    private static EventContractTable ContractsOf(MartenEventStore store) => new(store.DataSource, store.Options);
}
