using Ledger.Marten;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Postgres.Daemon;
using Ledger.Postgres.Migrations;
using Ledger.Projections;
using Ledger.Runs;
using Ledger.Streams;
using Marten;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Ledger to an application that has Marten.</summary>
public static class LedgerMartenExtensions
{
    /// <summary>Adds the event store on the application's document store, the reader of documents, the ledger of runs and the migrator, each
    /// once for the application.</summary>
    /// <remarks>The document store gets Ledger's configuration, unless it has called <c>UseLedger</c> itself; then that call counts.</remarks>
    /// <param name="marten">What <c>AddMarten</c> returned.</param>
    /// <param name="configure">Gives Ledger's options; see <see cref="LedgerStoreOptionsExtensions.UseLedger"/>.</param>
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
        services.TryAddSingleton(provider => new MartenEventStore(
            provider.GetRequiredService<IDocumentStore>(), provider.GetService<TimeProvider>(), provider.GetService<ILogger<MartenEventStore>>()));
        services.TryAddSingleton(provider => provider.GetRequiredService<MartenEventStore>().Options);
        services.TryAddSingleton<IEventStore>(provider => provider.GetRequiredService<MartenEventStore>());
        services.TryAddSingleton<IDocumentReader>(provider => provider.GetRequiredService<MartenEventStore>());
        services.TryAddSingleton(provider => new LedgerMigrator(
            provider.GetRequiredService<MartenEventStore>().DataSource,
            provider.GetRequiredService<PostgresOptions>(),
            provider.GetService<ILogger<LedgerMigrator>>()));
        services.TryAddSingleton(provider => new ProjectionAdmin(
            provider.GetRequiredService<MartenEventStore>().DataSource,
            provider.GetRequiredService<PostgresOptions>(),
            provider.GetService<TimeProvider>()));
        services.TryAddSingleton(provider => new AgentLedger(
            provider.GetRequiredService<IEventStore>(),
            provider.GetRequiredService<PostgresOptions>().Limits,
            provider.GetService<ILogger<AgentLedger>>(),
            provider.GetService<TimeProvider>()));
        return marten;
    }
}
