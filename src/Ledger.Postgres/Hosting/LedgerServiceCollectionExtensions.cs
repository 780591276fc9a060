using Ledger;
using Ledger.Bus;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Hosting;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Replicas;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Projections;
using Ledger.Records;
using Ledger.Tasks;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Ledger on PostgreSQL to a container.</summary>
public static class LedgerServiceCollectionExtensions
{
    /// <summary>Adds the event store, the reader of documents, the ledgers of runs and of tasks, the record stores, the bus of abilities, the
    /// migrator, questions in SQL, the table of contracts, the quota and the options, each once for the application.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>With <see cref="PostgresOptions.ConnectionString"/>: Ledger opens its own connections.</item>
    /// <item>Without: it uses the container's <c>NpgsqlDataSource</c>, which must be registered.</item>
    /// </list>
    /// <para><see cref="AgentLedger"/>, <see cref="TaskLedger"/> and <see cref="ChronoStores"/> work on the container's <see cref="IEventStore"/>: a
    /// decorator that is registered before this call is used by all of them; see <see cref="IEventStore.Get{T}"/>. <see cref="AgentBus"/> has the
    /// abilities on tasks, and takes the application's own by <see cref="IAgentBus.Register{TInput, TOutput}(AbilityMeta{TInput, TOutput}, Func{TInput, CancellationToken, Task{TOutput}})"/>.
    /// <see cref="TaskLedgerOptions"/> and <see cref="ChronoOptions"/> of the container are used if registered.</para>
    /// <para>It also adds the administration of projections, so that <c>services.AddHealthChecks().AddCheck&lt;LedgerHealthCheck&gt;("ledger")</c> is enough
    /// for the health of the database and the daemon.</para>
    /// <para>With <see cref="PostgresOptions.ReplicaConnectionString"/> there is <see cref="LedgerReplicas"/> too, for questions that standbys answer.</para>
    /// <para>Nothing is migrated unless <see cref="PostgresOptions.AutoMigrate"/> is set. Of several calls the first counts.</para>
    /// </remarks>
    /// <param name="services">The container.</param>
    /// <param name="configure">Changes the options, such as <c>o => o with { EventSchema = "app" }</c>; null for the defaults.</param>
    /// <exception cref="PostgresOptionsException">The options have faults; all are named.</exception>
    public static IServiceCollection AddLedger(
        this IServiceCollection services,
        Func<PostgresOptions, PostgresOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new PostgresOptions();
        options = (configure is null ? options : configure(options)).Checked();
        services.TryAddSingleton(options);
        services.TryAddSingleton<LedgerDataSource>();
        services.TryAddSingleton(provider => new LogDatabase(provider.GetRequiredService<LedgerDataSource>().Value, provider.GetRequiredService<PostgresOptions>()));
        services.TryAddSingleton<RoleDataSources>();
        services.TryAddSingleton(provider => new LedgerMigrator(
            provider.GetRequiredService<RoleDataSources>().Migrating ?? provider.GetRequiredService<LedgerDataSource>().Value,
            provider.GetRequiredService<PostgresOptions>(),
            provider.GetService<ILogger<LedgerMigrator>>()));
        services.TryAddSingleton(provider => new PostgresEventStore(
            provider.GetRequiredService<LedgerDataSource>().Value,
            provider.GetRequiredService<PostgresOptions>().LoggingTo(provider.GetService<ILogger<PostgresEventStore>>()),
            provider.GetService<TimeProvider>(),
            null,
            provider.GetRequiredService<RoleDataSources>().Reading));
        services.TryAddSingleton(provider => new ProjectionAdmin(
            provider.GetRequiredService<LedgerDataSource>().Value,
            provider.GetRequiredService<PostgresOptions>(),
            provider.GetService<TimeProvider>()));
        services.TryAddSingleton(provider => new SqlQueries(
            provider.GetRequiredService<RoleDataSources>().Reading ?? provider.GetRequiredService<LedgerDataSource>().Value, provider.GetRequiredService<PostgresOptions>()));
        services.TryAddSingleton(provider => new EventContractTable(provider.GetRequiredService<LedgerDataSource>().Value, provider.GetRequiredService<PostgresOptions>()));
        services.TryAddSingleton(provider => new LogQuotas(provider.GetRequiredService<LedgerDataSource>().Value, provider.GetRequiredService<PostgresOptions>()));
        services.TryAddSingleton<IEventStore>(provider => provider.GetRequiredService<PostgresEventStore>());
        services.TryAddSingleton(provider => provider.GetRequiredService<PostgresEventStore>().Get<IDocumentReader>()!);
        services.TryAddSingleton(provider => LedgerServices.RunsOf(
            provider, provider.GetRequiredService<IEventStore>(), provider.GetRequiredService<PostgresOptions>()));
        services.TryAddSingleton(provider => LedgerServices.TasksOf(provider, provider.GetRequiredService<IEventStore>()));
        services.TryAddSingleton(provider => LedgerServices.RecordsOf(provider, provider.GetRequiredService<IEventStore>()));
        services.TryAddSingleton(provider => LedgerServices.BusOf(provider.GetRequiredService<TaskLedger>()));
        services.TryAddSingleton<IAgentBus>(provider => provider.GetRequiredService<AgentBus>());
        if (options.ReplicaConnectionString is not null)
        {
            services.TryAddSingleton(provider => new LedgerReplicas(
                provider.GetRequiredService<PostgresEventStore>(),
                provider.GetRequiredService<RoleDataSources>().Replicas!,
                null,
                options.Limits,
                provider.GetService<ILogger<AgentLedger>>(),
                provider.GetService<TimeProvider>()));
        }

        if (options.AutoMigrate == AutoMigrate.AtStart)
        {
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, MigrationAtStart>());
        }

        if (options.Contracts != EventContractMode.Off)
        {
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ContractsAtStart>());
        }

        return services;
    }

    /// <summary>Adds the daemon, which runs <see cref="PostgresOptions.AsyncProjections"/> and subscriptions while the application runs.</summary>
    /// <remarks>Each <see cref="Subscription"/> in the container is run in addition to those of the options. Call it after <c>AddLedger</c>, on each node that
    /// shares the work. Of several calls the first counts.</remarks>
    /// <param name="services">The container.</param>
    /// <param name="configure">Changes the options, such as <c>o => o with { Subscriptions = [mails] }</c>; null for the defaults.</param>
    public static IServiceCollection AddLedgerDaemon(
        this IServiceCollection services,
        Func<DaemonOptions, DaemonOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(configure is null ? new DaemonOptions() : configure(new DaemonOptions()));
        services.TryAddSingleton<DaemonDataSource>();
        services.TryAddSingleton(provider => new ProjectionDaemon(
            provider.GetRequiredService<DaemonDataSource>().Value,
            provider.GetRequiredService<PostgresOptions>(),
            WithSubscriptions(provider),
            provider.GetService<ILogger<ProjectionDaemon>>(),
            provider.GetService<TimeProvider>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DaemonService>());
        return services;
    }

    private static DaemonOptions WithSubscriptions(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<DaemonOptions>();
        return options with { Subscriptions = [.. options.Subscriptions, .. provider.GetServices<Subscription>()] };
    }
}
