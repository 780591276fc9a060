using Ledger.Postgres.Hosting;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Seal;
using Ledger.Seal.Sealing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the seal to an application.</summary>
public static class SealServiceCollectionExtensions
{
    /// <summary>Registers <see cref="LogSeal"/>, which the explorer serves below <c>/seal</c>. Call <c>AddLedger</c> first, that of Marten too.</summary>
    /// <remarks>The daemon seals with <see cref="SealDaemonExtensions.WithSeal"/> in the options of <c>AddLedgerDaemon</c>; an application without it, as with Marten, calls
    /// <see cref="AddLedgerSealing"/>.</remarks>
    public static IServiceCollection AddLedgerSeal(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(provider => new LogSeal(
            provider.GetRequiredService<LogDatabase>().DataSource,
            provider.GetRequiredService<LogDatabase>().Options,
            provider.GetService<TimeProvider>()));
        return services;
    }

    /// <summary>Registers <see cref="LogSeal"/> as <see cref="AddLedgerSeal"/> does, and seals the log while the application runs, on one of its nodes at a time.</summary>
    /// <remarks>For an application that does not run Ledger's daemon, as with Marten, whose own daemon does not seal. It takes three connections. Call <c>AddLedger</c> first; of
    /// several calls the first counts. A store of Marten's with a database for each tenant has no log of its own, so that the start fails.</remarks>
    /// <param name="services">The container.</param>
    /// <param name="seal">How the log is sealed; it may ask the container for a signer.</param>
    public static IServiceCollection AddLedgerSealing(this IServiceCollection services, Func<IServiceProvider, SealOptions> seal)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(seal);
        services.AddLedgerSeal();
        if (services.All(service => service.ServiceType != typeof(SealService)))
        {
            services.AddSingleton(provider => new SealService(
                provider.GetRequiredService<LogDatabase>(), seal(provider), provider.GetService<ILogger<ProjectionDaemon>>(), provider.GetService<TimeProvider>()));
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<SealService>());
        }

        return services;
    }
}
