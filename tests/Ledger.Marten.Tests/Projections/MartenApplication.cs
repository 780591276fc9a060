using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Ledger.Marten.Tests.Aggregates;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ledger.Marten.Tests.Projections;

/// <summary>A running application of Marten and Ledger: an inline projection and two asynchronous ones.</summary>
internal sealed class MartenApplication : IAsyncDisposable
{
    private readonly ServiceProvider _provider;
    private readonly List<IHostedService> _hosted;

    private MartenApplication(ServiceProvider provider)
    {
        _provider = provider;
        _hosted = [.. provider.GetServices<IHostedService>()];
    }

    public AgentLedger Ledger => _provider.GetRequiredService<AgentLedger>();

    public IDocumentStore Documents => _provider.GetRequiredService<IDocumentStore>();

    public static async Task<MartenApplication> StartAsync(MartenDatabase database, DaemonMode? daemon, Action<StoreOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        var marten = services.AddMarten(options =>
        {
            // Each process has its own pool, and notices what others do soon.
            options.Connection(database.ConnectionString + $";Application Name=app-{Guid.NewGuid():N}");
            options.DatabaseSchemaName = "ledger";
            options.Projections.LeadershipPollingTime = 200;
            options.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Inline);
            options.Projections.Snapshot<RunCounts>(SnapshotLifecycle.Async);
            options.Projections.Add(new SeenEventProjection(), ProjectionLifecycle.Async, "Seen", o => o.DeleteViewTypeOnTeardown<SeenEvent>());
            configure?.Invoke(options);
        }).AddLedger().WithoutLedgerSearchIndex();
        if (daemon is { } mode)
        {
            marten.AddAsyncDaemon(mode);
        }

        var application = new MartenApplication(services.BuildServiceProvider());
        foreach (var hosted in application._hosted)
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        // As a host does.
        foreach (var hosted in application._hosted.OfType<IHostedLifecycleService>())
        {
            await hosted.StartedAsync(CancellationToken.None);
        }

        return application;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _hosted.OfType<IHostedLifecycleService>())
        {
            await hosted.StoppingAsync(CancellationToken.None);
        }

        foreach (var hosted in Enumerable.Reverse(_hosted))
        {
            await hosted.StopAsync(CancellationToken.None);
        }

        await _provider.DisposeAsync();
    }
}
