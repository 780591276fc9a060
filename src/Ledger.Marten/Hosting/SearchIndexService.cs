using Ledger.Marten.Streams;
using Ledger.Postgres.Projections.Daemon;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ledger.Marten.Hosting;

/// <summary>Keeps the index of the search up to date while the application runs.</summary>
/// <param name="store">The log.</param>
/// <param name="indexing">When it is kept.</param>
/// <param name="runsDaemon">Whether Marten's daemon runs here.</param>
/// <param name="logger">Logs failures.</param>
/// <param name="timeProvider">The clock of pauses.</param>
internal sealed class SearchIndexService(
    Func<MartenEventStore> store, SearchIndexing indexing, Func<bool> runsDaemon, ILogger<ProjectionDaemon>? logger, TimeProvider? timeProvider)
    : IHostedLifecycleService, IAsyncDisposable
{
    private ProjectionDaemon? _daemon;

    /// <summary>Whether it keeps the index.</summary>
    public bool IsKept => _daemon is not null;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Begins when what makes the tables at the start has made them.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var isWanted = indexing == SearchIndexing.Always || (indexing == SearchIndexing.WithDaemon && runsDaemon());
        if (!isWanted || store() is not { IsOfNoTenant: false } engine)
        {
            return Task.CompletedTask;
        }

        // Nothing but the index: what else the options name is not run here, and must not keep a small pool from starting.
        var options = engine.Options with { Projections = [], AsyncProjections = [] };
        _daemon = new ProjectionDaemon(engine.DataSource, options, new DaemonOptions { MaxConnections = 1 }, logger, timeProvider);
        return _daemon.StartAsync(cancellationToken);
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => _daemon?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The container disposes what is registered twice twice.
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _daemon, null)?.DisposeAsync() ?? ValueTask.CompletedTask;
}
