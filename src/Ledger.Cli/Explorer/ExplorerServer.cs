using System.Net;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ledger.Cli.Explorer;

/// <summary>A web server with the explorer alone. It reads no configuration but what it is given.</summary>
internal sealed class ExplorerServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ExplorerServer(WebApplication application) => _application = application;

    /// <summary>Where it is reached.</summary>
    public string Address => _application.Urls.First() + "/";

    /// <exception cref="RefusalException">It cannot listen there.</exception>
    public static async Task<ExplorerServer> StartAsync(
        LedgerConnection connection, IPEndPoint endpoint, ExplorerWriting writing, CommandIo io, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Listen(endpoint);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(connection.Ledger);
        builder.Services.AddSingleton(connection.Projections);
        builder.Services.AddSingleton(connection.Migrator);
        builder.Logging.AddProvider(new WarningLogs(io)).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        if (IPAddress.IsLoopback(endpoint.Address))
        {
            // A page of another site must not reach it by a name of its own for this machine (DNS rebinding).
            builder.Services.AddHostFiltering(hosts => hosts.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        }

        var application = builder.Build();
        if (IPAddress.IsLoopback(endpoint.Address))
        {
            application.UseHostFiltering();
        }

        application.UseRouting();
        application.MapLedgerExplorer("/", options => options with { Writing = writing });
        try
        {
            await application.StartAsync(cancellationToken);
            return new ExplorerServer(application);
        }
        catch (IOException fault)
        {
            await application.DisposeAsync();
            throw new RefusalException($"{fault.Message.TrimEnd('.')}. Choose another port by --port.");
        }
    }

    /// <summary>Serves until it is told to stop, which is its good end.</summary>
    public static async Task WaitAsync(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource();
        await using var _ = cancellationToken.Register(stopped.SetResult);
        await stopped.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Those who follow live would hold it for long.
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }
}
