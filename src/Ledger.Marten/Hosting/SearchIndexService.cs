using Ledger.Marten.Streams;
using Ledger.Postgres.Projections.Daemon;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ledger.Marten.Hosting;

/// <summary>Keeps the index of the search up to date while the application runs.</summary>
internal sealed class SearchIndexService(Func<MartenEventStore> store, ILogger<ProjectionDaemon>? logger, TimeProvider? timeProvider) : IHostedService, IAsyncDisposable
{
    private ProjectionDaemon? _daemon;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var engine = store();
        _daemon = new ProjectionDaemon(
            engine.DataSource, engine.Options, new DaemonOptions { SearchIndex = true, MaxConnections = 1 }, logger, timeProvider);
        return _daemon.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _daemon?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    // The container disposes what is registered twice twice.
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _daemon, null)?.DisposeAsync() ?? ValueTask.CompletedTask;
}
