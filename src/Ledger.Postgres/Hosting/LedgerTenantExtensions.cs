using Ledger;
using Ledger.Log;
using Ledger.Postgres.Hosting;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Tenants;
using Ledger.Records;
using Ledger.Tasks;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the logs of tenants, a database each, to a container.</summary>
public static class LedgerTenantExtensions
{
    /// <summary>Adds <see cref="TenantLedgers"/>, and for each scope of the container the services of its tenant: <see cref="TenantLedger"/>, <see cref="IEventStore"/>,
    /// <see cref="AgentLedger"/>, <see cref="TaskLedger"/> and <see cref="ChronoStores"/>.</summary>
    /// <remarks>
    /// A scope has no tenant until <see cref="TenantScope.UseAsync"/> is called, in a middleware of HTTP or of messages; its services throw before that. Use this
    /// instead of <c>AddLedger</c>. Of several calls the first counts.
    /// </remarks>
    /// <param name="services">The container.</param>
    /// <param name="map">Finds the map of tenants, such as <c>p => new TenantTable(p.GetRequiredService&lt;NpgsqlDataSource&gt;())</c>.</param>
    /// <param name="options">How; null for the defaults.</param>
    public static IServiceCollection AddLedgerTenants(
        this IServiceCollection services, Func<IServiceProvider, ITenantMap> map, TenantOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(map);
        var @checked = (options ?? new TenantOptions()).Checked();
        services.TryAddSingleton(provider => new TenantLedgers(map(provider), @checked, provider.GetService<TimeProvider>()));
        services.TryAddScoped<TenantScope>();
        services.TryAddScoped(provider => provider.GetRequiredService<TenantScope>().Ledger);

        // A scope disposes what it has made.
        services.TryAddScoped<IEventStore>(provider => provider.GetRequiredService<TenantLedger>().Store.Shared());
        services.TryAddScoped(provider => provider.GetRequiredService<TenantLedger>().Runs);
        services.TryAddScoped(provider => provider.GetRequiredService<TenantLedger>().Tasks);
        services.TryAddScoped(provider => LedgerServices.RecordsOf(provider, provider.GetRequiredService<TenantLedger>().Store));
        return services;
    }

    /// <summary>Runs the daemons of all tenants while the application runs, each on one of its nodes; see <see cref="TenantDaemons"/>.</summary>
    /// <param name="services">The container, after <see cref="AddLedgerTenants"/>.</param>
    /// <param name="coordination">Finds the database in which nodes agree, such as that of the table of tenants.</param>
    /// <param name="options">How each daemon runs; null for the defaults.</param>
    public static IServiceCollection AddLedgerTenantDaemons(
        this IServiceCollection services, Func<IServiceProvider, NpgsqlDataSource> coordination, DaemonOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(coordination);
        services.TryAddSingleton(provider => new TenantDaemons(
            provider.GetRequiredService<TenantLedgers>(),
            coordination(provider),
            options,
            provider.GetService<ILoggerFactory>(),
            provider.GetService<TimeProvider>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TenantDaemonService>());
        return services;
    }

    /// <summary>Runs the daemons of all tenants as <see cref="AddLedgerTenantDaemons(IServiceCollection, Func{IServiceProvider, NpgsqlDataSource}, DaemonOptions?)"/> does, with
    /// options that differ from tenant to tenant, as those of a seal do.</summary>
    /// <param name="services">The container, after <see cref="AddLedgerTenants"/>.</param>
    /// <param name="coordination">Finds the database in which nodes agree, such as that of the table of tenants.</param>
    /// <param name="options">How the daemon of a tenant runs, by the tenant's name.</param>
    public static IServiceCollection AddLedgerTenantDaemons(
        this IServiceCollection services, Func<IServiceProvider, NpgsqlDataSource> coordination, Func<string, DaemonOptions> options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(coordination);
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(provider => new TenantDaemons(
            provider.GetRequiredService<TenantLedgers>(),
            coordination(provider),
            options,
            provider.GetService<ILoggerFactory>(),
            provider.GetService<TimeProvider>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TenantDaemonService>());
        return services;
    }
}
