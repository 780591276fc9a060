using System.Collections.Concurrent;
using Ledger.Explorer;
using Ledger.Explorer.Api;
using Ledger.Explorer.Failures;
using Ledger.Mcp.Abilities;
using Ledger.Postgres.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Ledger.Mcp;

/// <summary>The tools of tenants, each of one log. Safe for concurrent use.</summary>
/// <param name="tenants">The logs.</param>
/// <param name="mayOpen">Whether the user of a request may open a tenant.</param>
/// <param name="options">What the tools may do.</param>
/// <param name="faults">The sentences for exceptions.</param>
internal sealed class TenantTools(TenantLedgers tenants, Func<HttpContext, string, bool> mayOpen, LedgerMcpOptions options, ToolFaults faults)
{
    /// <summary>The part of an address that names the tenant.</summary>
    public const string Parameter = "ledger_tenant";

    private const int MostKept = 1_000;

    private static readonly object Found = new();

    private readonly ConcurrentDictionary<string, (TenantLedger Log, LedgerTools Tools)> _known = new(StringComparer.Ordinal);

    /// <summary>Those that were found for a request.</summary>
    public static LedgerTools Of(HttpContext http) => (LedgerTools)http.Items[Found]!;

    /// <summary>Finds the tools of the tenant that a request names, and answers it.</summary>
    public async Task AnswerAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            http.Items[Found] = await FindAsync(http).ConfigureAwait(false);
        }
        catch (Exception fault) when (FailureTable.Find(fault) is not null)
        {
            await Problems.SendAsync(http, FailureTable.Find(fault)!).ConfigureAwait(false);
            return;
        }

        await next(http).ConfigureAwait(false);
    }

    private async Task<LedgerTools> FindAsync(HttpContext http)
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
            return known.Tools;
        }

        if (_known.Count >= MostKept)
        {
            _known.Clear();
        }

        var bus = LogAbilities.CreateToolBus(log.Runs, options.Querying == ExplorerQuerying.Allowed ? log.Queries : null, log.Contracts);
        var tools = new LedgerTools(bus, new ToolChoice(options.Writing, options.Tools), (fault, _) => faults.Describe(fault));
        _known[tenant] = (log, tools);
        return tools;
    }
}
