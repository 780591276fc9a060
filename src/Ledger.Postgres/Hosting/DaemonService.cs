using Ledger.Postgres.Projections.Daemon;
using Microsoft.Extensions.Hosting;

namespace Ledger.Postgres.Hosting;

/// <summary>Runs the daemon while the application runs.</summary>
internal sealed class DaemonService(ProjectionDaemon daemon) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => daemon.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => daemon.StopAsync(cancellationToken);
}
