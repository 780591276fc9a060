using System.Collections.Concurrent;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Runs;
using Ledger.Seal;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Ledger.Explorer.Tenants;

/// <summary>The explorers of tenants, one for each, below one path. Safe for concurrent use.</summary>
/// <param name="tenants">The logs.</param>
/// <param name="mayOpen">Whether the user of a request may open a tenant.</param>
/// <param name="options">The options of each.</param>
/// <param name="prefix">The path of all, without a trailing slash.</param>
/// <param name="application">The container of the application.</param>
internal sealed class TenantExplorers(
    TenantLedgers tenants, Func<HttpContext, string, bool> mayOpen, LedgerExplorerOptions options, string prefix, IServiceProvider application)
{
    /// <summary>The part of an address that names the tenant.</summary>
    public const string Parameter = "ledger_tenant";

    private const int MostKept = 1_000;

    private readonly ConcurrentDictionary<string, (TenantLedger Log, ExplorerServices Explorer)> _known = new(StringComparer.Ordinal);

    /// <summary>The address of a tenant's explorer, without a trailing slash.</summary>
    public static string PathOf(string prefix, string tenant) => $"{prefix}/tenants/{Uri.EscapeDataString(tenant)}";

    /// <summary>The tenants that the user of a request may open, by name.</summary>
    public async Task<IReadOnlyList<TenantDatabase>> ListAsync(HttpContext http) =>
        [.. (await tenants.Map.ListAsync(http.RequestAborted).ConfigureAwait(false)).Where(tenant => mayOpen(http, tenant.Tenant))];

    /// <summary>Asks the map for a tenant, to see that it answers.</summary>
    public Task AskAsync(CancellationToken cancellationToken) => tenants.Map.FindAsync("health", cancellationToken);

    /// <summary>The explorer of the tenant that a request names.</summary>
    /// <exception cref="TenantNotFoundException">There is none, or the user may not open it, which looks the same.</exception>
    public async Task<ExplorerServices> FindAsync(HttpContext http)
    {
        // A slash in a name stays escaped in a part of a path.
        var tenant = ((string)http.GetRouteValue(Parameter)!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        if (!mayOpen(http, tenant))
        {
            throw new TenantNotFoundException(tenant);
        }

        var log = await tenants.ForTenantAsync(tenant, http.RequestAborted).ConfigureAwait(false);
        if (_known.TryGetValue(tenant, out var known) && ReferenceEquals(known.Log, log))
        {
            return known.Explorer;
        }

        if (_known.Count >= MostKept)
        {
            _known.Clear();
        }

        var explorer = new ExplorerServices(log.Runs, options with { Title = $"{options.Title} · {tenant}" }, PathOf(prefix, tenant), new Services(log, application)) { Home = prefix };
        _known[tenant] = (log, explorer);
        return explorer;
    }

    // What is of one log is that of the tenant; the rest is the application's.
    private sealed class Services(TenantLedger log, IServiceProvider application) : IServiceProvider
    {
        private static readonly Type[] OfOneLog = [typeof(LogSeal), typeof(IRunRunner), typeof(AgentLedger)];

        public object? GetService(Type serviceType) =>
            serviceType == typeof(ProjectionAdmin) ? log.Projections
            : serviceType == typeof(LedgerMigrator) ? log.Migrator
            : serviceType == typeof(LogQuotas) ? log.Quotas
            : serviceType == typeof(SqlQueries) ? log.Queries
            : serviceType == typeof(EventContractTable) ? log.Contracts
            : OfOneLog.Contains(serviceType) ? null
            : application.GetService(serviceType);
    }
}
