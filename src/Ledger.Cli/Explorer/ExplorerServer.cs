using System.Net;
using System.Net.Sockets;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer;
using Ledger.Postgres.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ledger.Cli.Explorer;

/// <summary>A web server for the explorer only. It reads no configuration apart from its arguments.</summary>
internal sealed class ExplorerServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ExplorerServer(WebApplication application) => _application = application;

    /// <summary>The address that a browser opens.</summary>
    public string Address => _application.Urls.First() + "/";

    /// <exception cref="RefusalException">It cannot listen on that address and port.</exception>
    public static Task<ExplorerServer> StartAsync(
        LedgerConnection connection,
        AgentLedger ledger,
        IPEndPoint endpoint,
        KnownHosts hosts,
        LedgerExplorerOptions options,
        ServedRunner? runner,
        CommandIo io,
        CancellationToken cancellationToken) => StartAsync(
            endpoint,
            hosts,
            io,
            services =>
            {
                services.AddSingleton(ledger);
                services.AddSingleton(connection.Projections);
                services.AddSingleton(connection.Migrator);
                services.AddSingleton(connection.Seal);
                services.AddSingleton(connection.Queries);
                services.AddSingleton(connection.Contracts);
                services.AddSingleton(connection.Quotas);
                if (runner is not null)
                {
                    services.AddSingleton(runner.Runner);
                }
            },
            application => application.MapLedgerExplorer("/", _ => options),
            cancellationToken);

    /// <summary>Serves the logs of all tenants, each below its name.</summary>
    /// <exception cref="RefusalException">It cannot listen on that address and port.</exception>
    public static Task<ExplorerServer> StartAsync(
        TenantLedgers tenants, IPEndPoint endpoint, KnownHosts hosts, LedgerExplorerOptions options, CommandIo io, CancellationToken cancellationToken) =>
        StartAsync(endpoint, hosts, io, services => services.AddSingleton(tenants), application => application.MapLedgerTenantExplorer("/", (_, _) => true, _ => options), cancellationToken);

    private static async Task<ExplorerServer> StartAsync(
        IPEndPoint endpoint, KnownHosts hosts, CommandIo io, Action<IServiceCollection> add, Action<WebApplication> map, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;

            // A question in SQL is in the address.
            server.Limits.MaxRequestLineSize = 1 << 16;
            server.Listen(endpoint);
        });
        builder.Services.AddRoutingCore();
        add(builder.Services);
        builder.Logging.AddProvider(new WarningLogs(io)).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        var application = builder.Build();
        application.Use(hosts.CheckAsync);
        application.UseRouting();
        map(application);
        try
        {
            await application.StartAsync(cancellationToken);
            return new ExplorerServer(application);
        }
        catch (IOException fault)
        {
            await application.DisposeAsync();
            throw new RefusalException($"{fault.Message.TrimEnd('.')}. Choose another port with --port.");
        }
        catch (SocketException fault)
        {
            await application.DisposeAsync();
            throw new RefusalException($"Cannot listen on {endpoint}: {fault.Message}. Choose an address of this machine with --listen, and a port that you may open with --port.");
        }
    }

    /// <summary>Serves until cancelled, which is the normal way to stop.</summary>
    public static async Task WaitAsync(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource();
        await using var _ = cancellationToken.Register(stopped.SetResult);
        await stopped.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Clients that follow live updates would delay the shutdown.
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }
}
