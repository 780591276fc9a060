using Ledger.Postgres.Log.Appending;

namespace Ledger.Postgres.Tenants;

public sealed partial class TenantLedgers
{
    private TenantLedger? FindFresh(string tenant)
    {
        if (!_opened.TryGetValue(tenant, out var opened) || opened.IsDoubtful || _timeProvider.GetElapsedTime(opened.FoundAt) >= Options.MapFor)
        {
            return null;
        }

        Use(opened);
        return opened.Ledger;
    }

    private async Task<TenantLedger> FindAsync(string tenant, CancellationToken cancellationToken)
    {
        // The one before may have asked.
        if (FindFresh(tenant) is { } fresh)
        {
            return fresh;
        }

        TenantDatabase? database;
        _opened.TryGetValue(tenant, out var known);
        var doubts = known?.Doubts ?? 0;
        try
        {
            database = await AskOnceAsync(tenant, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (known is { IsDoubtful: false } && TransientFaults.CannotOpenYet(fault))
        {
            // Its own connections show whether its server is there.
            known.FoundAt = _timeProvider.GetTimestamp();
            Use(known);
            return known.Ledger;
        }

        if (database is null)
        {
            await CloseAsync(tenant).ConfigureAwait(false);
            throw new TenantNotFoundException(tenant);
        }

        if (known is not null)
        {
            // A doubt that came meanwhile stays.
            known.Settled = doubts;
        }

        return await OpenAsync(database).ConfigureAwait(false);
    }

    // In a turn no call waits for a server that is away.
    private Task<TenantDatabase?> AskOnceAsync(string tenant, CancellationToken cancellationToken) =>
        Map is IPromptTenantMap prompt ? prompt.FindOnceAsync(tenant, cancellationToken) : Map.FindAsync(tenant, cancellationToken);

    private async Task<TenantLedger> OpenAsync(TenantDatabase database)
    {
        if (_opened.TryGetValue(database.Tenant, out var opened))
        {
            if (opened.Ledger.Database == database)
            {
                opened.FoundAt = _timeProvider.GetTimestamp();
                Use(opened);
                return opened.Ledger;
            }

            await CloseAsync(database.Tenant).ConfigureAwait(false);
        }

        // What was opened by a former answer of the map is not in the way of another tenant.
        while (FindOther(database) is { } other)
        {
            if ((await AskOnceAsync(other, CancellationToken.None).ConfigureAwait(false))?.Place == database.Place)
            {
                throw new InvalidOperationException(TenantPlaces.Shared(database, other));
            }

            await CloseAsync(other).ConfigureAwait(false);
        }

        opened = Add(database);
        if (_isDisposed)
        {
            await CloseAsync(database.Tenant).ConfigureAwait(false);
            throw new ObjectDisposedException(nameof(TenantLedgers));
        }

        Use(opened);
        return opened.Ledger;
    }

    private string? FindOther(TenantDatabase database) =>
        _opened.FirstOrDefault(other => other.Key != database.Tenant && other.Value.Ledger.Database.Place == database.Place).Key;

    private Opened Add(TenantDatabase database)
    {
        lock (_turns)
        {
            // Another tenant may have been opened on it meanwhile.
            if (FindOther(database) is { } shared)
            {
                throw new InvalidOperationException(TenantPlaces.Shared(database, shared));
            }

            var dataSource = PostgresDataSources.Create(PooledOf(database.ConnectionString));
            var options = Options.Ledger with { MeteredTenant = NameInMetrics(database.Tenant), OnLogMoved = () => Doubt(database) };
            return _opened[database.Tenant] = new Opened(new TenantLedger(database, dataSource, options, _timeProvider), dataSource, _timeProvider.GetTimestamp());
        }
    }

    // Its database says that the log has moved, or is moving: the next call asks the map again.
    private void Doubt(TenantDatabase database)
    {
        if (_opened.TryGetValue(database.Tenant, out var opened) && opened.Ledger.Database == database)
        {
            Interlocked.Increment(ref opened.Doubts);
        }
    }
}
