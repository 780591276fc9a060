using Npgsql;

namespace Ledger.Postgres.Tenants;

/// <summary>A database that is kept for one tenant while its log is copied there. Not safe for concurrent use; disposing it gives the database up.</summary>
internal sealed class TenantReservation(NpgsqlConnection connection, NpgsqlTransaction transaction, Func<CancellationToken, Task> set) : IAsyncDisposable
{
    /// <summary>Assigns the database to the tenant.</summary>
    /// <exception cref="NpgsqlException">The connection was lost meanwhile, and the reservation with it.</exception>
    public async Task SetAsync(CancellationToken cancellationToken)
    {
        await set(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
