using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using JasperFx.MultiTenancy;
using Ledger.Postgres;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Tenants;
using Marten;
using Marten.Storage;
using Npgsql;

namespace Ledger.Marten.Tenants;

/// <summary>Finds the database of a tenant where each has its own. Marten reads a row of the master table once in a process; here it is looked at again, because a tenant may have moved or been switched off.</summary>
/// <remarks>It waits for the master database as for any server, where the tenant is not known yet. Safe for concurrent use.</remarks>
internal sealed class TenantLookUp(StoreOptions options, PostgresOptions ledger, OwnDatabases databases)
{
    // As the native engine does by default.
    private static readonly TimeSpan MapFor = new TenantOptions().MapFor;

    private readonly ConcurrentDictionary<string, long> _lookedAt = new(StringComparer.Ordinal);
    private readonly TransientRetries _retries = new(ledger, TimeProvider.System);

    /// <summary>The database that the tenant has now, as far as was asked in the last seconds.</summary>
    /// <exception cref="UnknownTenantIdException">There is no such tenant.</exception>
    public async Task<MartenDatabase> FindAsync(string tenant, CancellationToken cancellationToken)
    {
        if (!_lookedAt.TryGetValue(tenant, out var at) || Stopwatch.GetElapsedTime(at) >= MapFor)
        {
            await LookAgainAsync(tenant, cancellationToken).ConfigureAwait(false);
        }

        return await RememberedAsync(tenant, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has the next call look, because the database of a tenant says that its log has moved.</summary>
    public void Doubt(string tenant) => _lookedAt.TryRemove(tenant, out _);

    /// <summary>Has Marten forget its databases if the table says another one for a tenant, or none. Sessions that are open keep theirs.</summary>
    /// <exception cref="UnknownTenantIdException">There is no such tenant.</exception>
    public async Task LookAgainAsync(string tenant, CancellationToken cancellationToken)
    {
        if (options.Tenancy is not MasterTableTenancy || options.Tenancy is not ITenantedSource<string> table)
        {
            return;
        }

        var known = await RememberedAsync(tenant, cancellationToken).ConfigureAwait(false);
        _lookedAt[tenant] = Stopwatch.GetTimestamp();
        string now;
        try
        {
            now = await table.FindAsync(tenant).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (UnknownTenantIdException)
        {
            // Sessions of one that is switched off are refused from now on.
            await ForgetAsync(table).ConfigureAwait(false);
            throw;
        }
        catch (Exception fault) when (fault is NpgsqlException or SocketException or TimeoutException)
        {
            // The tenant's own connections show whether its server is there.
            return;
        }

        if (OwnDatabases.PlaceOf(now) != OwnDatabases.PlaceOf(known.DataSource.ConnectionString))
        {
            await ForgetAsync(table).ConfigureAwait(false);
        }
    }

    private async Task ForgetAsync(ITenantedSource<string> table)
    {
        databases.Forget();
        await table.RefreshAsync().ConfigureAwait(false);
    }

    private async Task<MartenDatabase> RememberedAsync(string tenant, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        try
        {
            return await FindOnceAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (TransientFaults.CannotOpenYet(fault) && _retries.IsInTime(since))
        {
            return await _retries.ExecuteAsync(_ => FindOnceAsync(), since, fault, TransientFaults.CannotOpenYet, cancellationToken).ConfigureAwait(false);
        }

        async Task<MartenDatabase> FindOnceAsync() =>
            (MartenDatabase)(await options.Tenancy.GetTenantAsync(tenant).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false)).Database;
    }
}
