using Ledger;
using Ledger.Explorer;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the explorer to an application.</summary>
public static class LedgerExplorerExtensions
{
    /// <summary>Serves the pages and the HTTP API below a path.</summary>
    /// <remarks>
    /// It needs an <see cref="AgentLedger"/> in the container, which <c>AddLedger</c> registers. It shows the whole log to anyone who can reach
    /// the path; restrict access with <c>RequireAuthorization</c> on the returned builder, or with <see cref="LedgerExplorerOptions.Tokens"/>.
    /// </remarks>
    /// <param name="endpoints">The application.</param>
    /// <param name="path">The base path, such as <c>/ledger</c>; <c>/</c> for the whole site.</param>
    /// <param name="configure">Creates the options; null for the defaults, which are read-only.</param>
    /// <returns>A builder for conventions on all of its endpoints, such as <c>RequireAuthorization</c>.</returns>
    /// <exception cref="InvalidOperationException">The container has no <see cref="AgentLedger"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number in the options is out of range.</exception>
    /// <exception cref="ArgumentException">An origin in the options is malformed.</exception>
    public static RouteGroupBuilder MapLedgerExplorer(
        this IEndpointRouteBuilder endpoints,
        string path,
        Func<LedgerExplorerOptions, LedgerExplorerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(path);
        var options = new LedgerExplorerOptions();
        options = (configure is null ? options : configure(options)).Checked();
        var ledger = endpoints.ServiceProvider.GetService<AgentLedger>() ?? throw new InvalidOperationException(
            $"The container has no {nameof(AgentLedger)}. Call services.AddLedger() first, or register one.");
        var prefix = path.TrimEnd('/');
        var group = endpoints.MapGroup(prefix);
        ExplorerRoutes.Map(group, new ExplorerServices(ledger, options, prefix, endpoints.ServiceProvider));
        return group;
    }
}
