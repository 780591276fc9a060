using Ledger;
using Ledger.Explorer;
using Ledger.Explorer.Tenants;
using Ledger.Postgres.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the explorers of tenants to an application.</summary>
public static class LedgerTenantExplorerExtensions
{
    /// <summary>Serves a list of tenants at a path, and the pages and the HTTP API of each below <c>tenants/NAME</c> there.</summary>
    /// <remarks>
    /// It needs <see cref="TenantLedgers"/> in the container, which <c>AddLedgerTenants</c> registers. A tenant that a user may not open looks like one that does not exist. The list asks the map for all tenants, for
    /// which <see cref="ConjoinedTenants"/> needs the role that owns the tables; the explorer of a tenant does not.
    /// </remarks>
    /// <param name="endpoints">The application.</param>
    /// <param name="path">The base path, such as <c>/ledger</c>; <c>/</c> for the whole site.</param>
    /// <param name="mayOpen">Whether the user of a request may open a tenant; called for each request, and for each tenant of the list.</param>
    /// <param name="configure">Creates the options; null for the defaults, which are read-only.</param>
    /// <returns>A builder for conventions on all of its endpoints, such as <c>RequireAuthorization</c>.</returns>
    /// <exception cref="InvalidOperationException">The container has no <see cref="TenantLedgers"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number in the options is out of range.</exception>
    /// <exception cref="ArgumentException">An origin in the options is malformed, or they have tokens, which would open the logs of all.</exception>
    public static RouteGroupBuilder MapLedgerTenantExplorer(
        this IEndpointRouteBuilder endpoints,
        string path,
        Func<HttpContext, string, bool> mayOpen,
        Func<LedgerExplorerOptions, LedgerExplorerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(mayOpen);
        var options = new LedgerExplorerOptions();
        options = (configure is null ? options : configure(options)).Checked();
        if (options.Tokens is not null)
        {
            throw new ArgumentException($"{nameof(LedgerExplorerOptions.Tokens)} would open the logs of all tenants. Let users sign in to the application, and decide by who they are.", nameof(configure));
        }

        var tenants = endpoints.ServiceProvider.GetService<TenantLedgers>() ?? throw new InvalidOperationException(
            $"The container has no {nameof(TenantLedgers)}. Call services.AddLedgerTenants() first.");
        var prefix = path.TrimEnd('/');
        var group = endpoints.MapGroup(prefix);

        // What is shown without a tenant has no log.
        var home = new ExplorerServices(new AgentLedger(new MemoryEventStore()), options, prefix, endpoints.ServiceProvider);
        var explorers = new TenantExplorers(tenants, mayOpen, options, prefix, endpoints.ServiceProvider);
        ExplorerRoutes.MapTenants(group, home, explorers);
        ExplorerRoutes.Map(group.MapGroup($"/tenants/{{{TenantExplorers.Parameter}}}"), home, explorers.FindAsync);
        return group;
    }
}
