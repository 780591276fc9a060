using Ledger;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Hosting;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Schema;
using Ledger.Projections;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Ledger on PostgreSQL to a container.</summary>
public static class LedgerServiceCollectionExtensions
{
    /// <summary>Adds the event store, the reader of documents, the ledger of runs, the migrator and the options, each once for the application.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>With <see cref="PostgresOptions.ConnectionString"/>: Ledger opens connections of its own.</item>
    /// <item>Without: it uses the container's <c>NpgsqlDataSource</c>, which must be registered.</item>
    /// </list>
    /// <para>It also adds what administers projections, so that <c>services.AddHealthChecks().AddCheck&lt;LedgerHealthCheck&gt;("ledger")</c> is enough
    /// for the health of the database and the daemon.</para>
    /// <para>Nothing is migrated unless <see cref="PostgresOptions.AutoMigrate"/> says so. Called again, the first call counts.</para>
    /// </remarks>
    /// <param name="services">The container.</param>
    /// <param name="configure">Gives the options, such as <c>o => o with { EventSchema = "app" }</c>; null for the defaults.</param>
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
        services.TryAddSingleton(provider => new LedgerMigrator(
            provider.GetRequiredService<LedgerDataSource>().Value,
            provider.GetRequiredService<PostgresOptions>(),
            provider.GetService<ILogger<LedgerMigrator>>()));
        services.TryAddSingleton(provider => new PostgresEventStore(
            provider.GetRequiredService<LedgerDataSource>().Value,
            provider.GetRequiredService<PostgresOptions>().LoggingTo(provider.GetService<ILogger<PostgresEventStore>>()),
            provider.GetService<TimeProvider>()));
        services.TryAddSingleton(provider => new ProjectionAdmin(
            provider.GetRequiredService<LedgerDataSource>().Value,
            provider.GetRequiredService<PostgresOptions>(),
            provider.GetService<TimeProvider>()));
        services.TryAddSingleton<IEventStore>(provider => provider.GetRequiredService<PostgresEventStore>());
        services.TryAddSingleton<IDocumentReader>(provider => provider.GetRequiredService<PostgresEventStore>());
        services.TryAddSingleton(provider => new AgentLedger(
            provider.GetRequiredService<IEventStore>(),
            provider.GetRequiredService<PostgresOptions>().Limits,
            provider.GetService<ILogger<AgentLedger>>(),
            provider.GetService<TimeProvider>()));
        if (options.AutoMigrate == AutoMigrate.AtStart)
        {
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, MigrationAtStart>());
        }

        return services;
    }

    /// <summary>Adds the daemon, which runs <see cref="PostgresOptions.AsyncProjections"/> and subscriptions while the application runs.</summary>
    /// <remarks>Each <see cref="Subscription"/> in the container is run beside those of the options. After <c>AddLedger</c>, on each node that shall take its share of the work. Called again, the first call counts.</remarks>
    /// <param name="services">The container.</param>
    /// <param name="configure">Gives the options, such as <c>o => o with { Subscriptions = [mails] }</c>; null for the defaults.</param>
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
