using Ledger;
using Ledger.Explorer;
using Ledger.Mcp;
using Ledger.Mcp.Abilities;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Queries;
using Ledger.Seal;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the log to an application as tools of the Model Context Protocol.</summary>
public static class LedgerMcpExtensions
{
    /// <summary>Serves the tools of <c>ledger mcp</c> over HTTP (Streamable HTTP, without sessions) at a path.</summary>
    /// <remarks>
    /// It needs an <see cref="AgentLedger"/> in the container, which <c>AddLedger</c> registers. Any client that can reach the path may read the whole log;
    /// restrict access with <c>RequireAuthorization</c> on the returned builder. An MCP server of the application's own is another one, at another path.
    /// </remarks>
    /// <param name="endpoints">The application.</param>
    /// <param name="path">The path, such as <c>/ledger/mcp</c>.</param>
    /// <param name="configure">Creates the options; null for the defaults, which are read-only.</param>
    /// <returns>A builder for conventions on its endpoints, such as <c>RequireAuthorization</c>.</returns>
    /// <exception cref="InvalidOperationException">The container has no <see cref="AgentLedger"/>.</exception>
    /// <exception cref="ArgumentException">A tool in the options does not exist, or writes although writing is off.</exception>
    public static IEndpointConventionBuilder MapLedgerMcp(
        this IEndpointRouteBuilder endpoints,
        string path,
        Func<LedgerMcpOptions, LedgerMcpOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(path);
        var application = endpoints.ServiceProvider;
        var ledger = application.GetService<AgentLedger>() ?? throw new InvalidOperationException(
            $"The container has no {nameof(AgentLedger)}. Call services.AddLedger() first, or register one.");
        var options = new LedgerMcpOptions();
        options = configure is null ? options : configure(options);
        var loggers = application.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var queries = options.Querying == ExplorerQuerying.Allowed ? application.GetService<SqlQueries>() : null;
        var bus = LogAbilities.CreateToolBus(ledger, queries, application.GetService<EventContractTable>(), application.GetService<LogSeal>());
        var choice = new ToolChoice(options.Writing, options.Tools);
        if (choice.FaultIn(bus, $"Set {nameof(LedgerMcpOptions.Writing)} to {nameof(McpWriting)}.{nameof(McpWriting.Allowed)}.") is { } mistake)
        {
            throw new ArgumentException(mistake, nameof(configure));
        }

        var faults = new ToolFaults(loggers.CreateLogger("Ledger.Mcp"));
        var tools = new LedgerTools(bus, choice, (fault, _) => faults.Describe(fault));
        return ToolEndpoints.Map(endpoints, path, tools.Serve, static _ => { });
    }
}
