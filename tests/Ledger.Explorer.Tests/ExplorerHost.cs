using Ledger.Log;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ledger.Explorer.Tests;

/// <summary>An application with the explorer at <c>/ledger</c>, in this process.</summary>
public sealed class ExplorerHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly RecordingLogs _logs;

    private ExplorerHost(WebApplication application, AgentLedger ledger, RecordingLogs logs)
    {
        (_application, Ledger, _logs) = (application, ledger, logs);
    }

    public AgentLedger Ledger { get; }

    /// <summary>What was logged as an error.</summary>
    public IReadOnlyCollection<string> Errors => _logs.Errors;

    /// <summary>The address, where it listens on a port.</summary>
    public string Address => _application.Urls.First();

    public static async Task<ExplorerHost> StartAsync(
        IEventStore store,
        Func<LedgerExplorerOptions, LedgerExplorerOptions>? configure = null,
        Action<WebApplicationBuilder>? prepare = null,
        Action<WebApplication, IEndpointConventionBuilder>? map = null,
        bool listens = false)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        var logs = new RecordingLogs();
        builder.Logging.ClearProviders().AddProvider(logs);
        if (listens)
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        }
        else
        {
            builder.WebHost.UseTestServer();
        }

        var ledger = new AgentLedger(store);
        builder.Services.AddSingleton(ledger);
        prepare?.Invoke(builder);
        var application = builder.Build();
        var group = application.MapLedgerExplorer("/ledger", configure);
        map?.Invoke(application, group);
        await application.StartAsync();
        return new ExplorerHost(application, ledger, logs);
    }

    /// <summary>An explorer on a log in memory.</summary>
    public static Task<ExplorerHost> InMemoryAsync(
        Func<LedgerExplorerOptions, LedgerExplorerOptions>? configure = null, EventRegistry? registry = null) =>
        StartAsync(new MemoryEventStore(registry), configure);

    /// <summary>The addresses that are answered, with their methods.</summary>
    public IEnumerable<RouteEndpoint> Endpoints => ((IEndpointRouteBuilder)_application).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>();

    public HttpClient CreateClient() => _application.GetTestClient();

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }

    private sealed class RecordingLogs : ILoggerProvider, ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _errors = [];

        public IReadOnlyCollection<string> Errors => _errors;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                _errors.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
