using Ledger.Postgres.Schema;
using Microsoft.Extensions.Hosting;

namespace Ledger.Postgres.Hosting;

/// <summary>Applies pending migrations before any hosted service starts, and refuses a log that cannot number events.</summary>
internal sealed class MigrationAtStart(LedgerMigrator migrator) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await migrator.ApplyAsync(cancellationToken).ConfigureAwait(false);
        await migrator.EnsureNumbersAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
