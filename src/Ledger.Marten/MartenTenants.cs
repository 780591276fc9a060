using System.Collections.Concurrent;
using JasperFx.MultiTenancy;
using Ledger.Log.Contracts;
using Ledger.Marten.Streams;
using Ledger.Postgres.Contracts;
using Ledger.Postgres.Tenants;
using Marten;
using Marten.Storage;
using Microsoft.Extensions.Logging;

namespace Ledger.Marten;

/// <summary>The logs of the tenants of a document store: in a database each, <c>MultiTenantedDatabases…</c>, or in one schema, <c>UseLedger(tenants)</c>.</summary>
/// <remarks>
/// Safe for concurrent use. Sessions of the store are those of their tenants without it. Marten makes the tables in each database, and its daemon runs in each, or once for all
/// in one schema; missing objects are restored by <c>ledger migrate apply</c>. Tags by Ledger's rule are not for such stores, because Marten gives each tag a tenant.
/// </remarks>
public sealed class MartenTenants
{
    private readonly ConcurrentDictionary<string, (MartenDatabase Database, Task<MartenTenant> Opening)> _tenants = new(StringComparer.Ordinal);
    private readonly IDocumentStore _store;
    private readonly StoreConfiguration _configuration;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<MartenEventStore>? _logger;

    /// <summary>Works on a document store.</summary>
    /// <param name="store">The store; its options were given to <c>UseLedger</c>.</param>
    /// <param name="timeProvider">The clock that measures waiting; null for the system's.</param>
    /// <param name="logger">Logs events whose JSON does not fit their type. Default: no logging.</param>
    /// <exception cref="InvalidOperationException">The store was not given to Ledger, or has one log.</exception>
    public MartenTenants(IDocumentStore store, TimeProvider? timeProvider = null, ILogger<MartenEventStore>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        _configuration = StoreConfiguration.Of(store);
        if (!_configuration.HasTenants)
        {
            throw new InvalidOperationException(
                "The document store has one log, and so no tenants with one of their own. Set 'MultiTenantedDatabases…' in its options, or 'UseLedger(new ConjoinedTenants(…))'.");
        }

        (_store, _timeProvider, _logger) = (store, timeProvider ?? TimeProvider.System, logger);
    }

    /// <summary>The log of a tenant.</summary>
    /// <exception cref="TenantNotFoundException">The store has no such tenant.</exception>
    /// <exception cref="TenancyException">Another tenant has the same database.</exception>
    public async Task<MartenTenant> ForTenantAsync(string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        var database = await FindAsync(tenant, cancellationToken).ConfigureAwait(false);

        // A tenant can get another database, and an opening that failed or was cancelled is not kept.
        var found = _tenants.AddOrUpdate(
            tenant,
            name => (database, OpenAsync(name, database)),
            (name, known) => ReferenceEquals(known.Database, database) && !known.Opening.IsFaulted && !known.Opening.IsCanceled ? known : (database, OpenAsync(name, database)));
        return await found.Opening.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether each tenant has a database of its own, with a daemon of its own.</summary>
    internal bool HasDatabases => !_configuration.IsConjoined;

    /// <summary>The name by which Marten knows the database of a tenant.</summary>
    /// <exception cref="TenantNotFoundException">The store has no such tenant.</exception>
    internal async Task<string> DatabaseOfAsync(string tenant) => (await FindAsync(tenant, CancellationToken.None).ConfigureAwait(false)).Identifier;

    private async Task<MartenDatabase> FindAsync(string tenant, CancellationToken cancellationToken)
    {
        try
        {
            return await _configuration.DatabaseOfAsync(tenant, cancellationToken).ConfigureAwait(false);
        }
        catch (UnknownTenantIdException)
        {
            _tenants.TryRemove(tenant, out _);
            throw new TenantNotFoundException(tenant);
        }
    }

    private async Task<MartenTenant> OpenAsync(string tenant, MartenDatabase database)
    {
        var log = new MartenEventStore(_store, tenant, database, _timeProvider, _logger);
        if (_configuration.Ledger.Contracts != EventContractMode.Off)
        {
            await log.EnsureSchemaAsync(CancellationToken.None).ConfigureAwait(false);
            await new EventContractTable(database.DataSource, _configuration.Ledger)
                .DeclareAsync(EventContracts.Of(log.Registry), _configuration.Ledger.Contracts, CancellationToken.None).ConfigureAwait(false);
        }

        return new MartenTenant(tenant, log, _configuration.Ledger, _timeProvider);
    }
}
