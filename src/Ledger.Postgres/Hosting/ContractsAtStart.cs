using Ledger.Log.Contracts;
using Ledger.Postgres.Contracts;
using Microsoft.Extensions.Hosting;

namespace Ledger.Postgres.Hosting;

/// <summary>Declares the contracts of the application's events, after <see cref="MigrationAtStart"/>.</summary>
internal sealed class ContractsAtStart(LedgerDataSource dataSource, PostgresOptions options) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => new EventContractTable(dataSource.Value, options)
        .DeclareAsync(EventContracts.Of(options.Registry), options.Contracts, cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
