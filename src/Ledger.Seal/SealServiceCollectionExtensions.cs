using Ledger.Postgres;
using Ledger.Postgres.Hosting;
using Ledger.Seal;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the seal to an application.</summary>
public static class SealServiceCollectionExtensions
{
    /// <summary>Registers <see cref="LogSeal"/>, which the explorer serves below <c>/seal</c>. Call <c>AddLedger</c> first.</summary>
    /// <remarks>The daemon seals with <see cref="SealDaemonExtensions.WithSeal"/> in the options of <c>AddLedgerDaemon</c>.</remarks>
    public static IServiceCollection AddLedgerSeal(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(provider => new LogSeal(
            provider.GetRequiredService<LedgerDataSource>().Value,
            provider.GetRequiredService<PostgresOptions>(),
            provider.GetService<TimeProvider>()));
        return services;
    }
}
