using Ledger;
using Ledger.Explorer;
using Ledger.Mcp;
using Ledger.Mcp.Abilities;
using Ledger.Postgres.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the logs of tenants to an application as tools of the Model Context Protocol.</summary>
public static class LedgerTenantMcpExtensions
{
    /// <summary>Serves the tools of each tenant's log over HTTP (Streamable HTTP, without sessions), at <c>tenants/NAME</c> below a path.</summary>
    /// <remarks>
    /// It needs <see cref="TenantLedgers"/> in the container, which <c>AddLedgerTenants</c> registers. A tenant that a user may not open looks like one that does not exist. No tool of the seal is among
    /// them.
    /// </remarks>
    /// <param name="endpoints">The application.</param>
    /// <param name="path">The base path, such as <c>/mcp</c>.</param>
    /// <param name="mayOpen">Whether the user of a request may open a tenant; called for each request.</param>
    /// <param name="configure">Creates the options; null for the defaults, which are read-only.</param>
    /// <returns>A builder for conventions on its endpoints, such as <c>RequireAuthorization</c>.</returns>
    /// <exception cref="InvalidOperationException">The container has no <see cref="TenantLedgers"/>.</exception>
    /// <exception cref="ArgumentException">A tool in the options does not exist, or writes although writing is off.</exception>
    public static IEndpointConventionBuilder MapLedgerTenantMcp(
        this IEndpointRouteBuilder endpoints,
        string path,
        Func<HttpContext, string, bool> mayOpen,
        Func<LedgerMcpOptions, LedgerMcpOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(mayOpen);
        var application = endpoints.ServiceProvider;
        var tenants = application.GetService<TenantLedgers>() ?? throw new InvalidOperationException(
            $"The container has no {nameof(TenantLedgers)}. Call services.AddLedgerTenants() first.");
        var options = new LedgerMcpOptions();
        options = configure is null ? options : configure(options);

        // What a log in memory has no tool for is looked for in the list of all.
        IReadOnlyCollection<string>? asked = options.Querying == ExplorerQuerying.Allowed ? options.Tools?.Where(name => name != ToolTable.NameOf("log:query")).ToList() : options.Tools;
        if (new ToolChoice(options.Writing, asked).FaultIn(
            LogAbilities.CreateToolBus(new AgentLedger(new MemoryEventStore())), $"Set {nameof(LedgerMcpOptions.Writing)} to {nameof(McpWriting)}.{nameof(McpWriting.Allowed)}.") is { } mistake)
        {
            throw new ArgumentException(mistake, nameof(configure));
        }

        var faults = new ToolFaults((application.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Ledger.Mcp"));
        var tools = new TenantTools(tenants, mayOpen, options, faults);
        var mapped = ToolEndpoints.Map(endpoints, $"{path.TrimEnd('/')}/tenants/{{{TenantTools.Parameter}}}", static _ => { }, transport => transport.ConfigureSessionOptions = (http, server, _) =>
        {
            TenantTools.Of(http).Serve(server);
            return Task.CompletedTask;
        });
        mapped.Add(endpoint =>
        {
            var next = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = http => tools.AnswerAsync(http, next);
        });
        return mapped;
    }
}
