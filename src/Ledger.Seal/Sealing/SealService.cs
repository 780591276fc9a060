using Ledger.Postgres.Hosting;
using Ledger.Postgres.Projections.Daemon;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ledger.Seal.Sealing;

/// <summary>Seals the log while the application runs.</summary>
internal sealed class SealService(LogDatabase log, SealOptions seal, ILogger<ProjectionDaemon>? logger, TimeProvider? timeProvider) : IHostedService, IAsyncDisposable
{
    private ProjectionDaemon? _daemon;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _daemon = new ProjectionDaemon(
            log.DataSource, log.Options with { AsyncProjections = [] }, new DaemonOptions { MaxConnections = 1 }.WithSeal(seal), logger, timeProvider);
        return _daemon.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _daemon?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    // The container disposes what is registered twice twice.
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _daemon, null)?.DisposeAsync() ?? ValueTask.CompletedTask;
}
