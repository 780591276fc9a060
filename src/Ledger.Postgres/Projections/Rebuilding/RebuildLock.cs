using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Npgsql;

namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>The advisory lock of the session by which one rebuild of a projection runs at a time.</summary>
internal static class RebuildLock
{
    /// <exception cref="RebuildInProgressException">Another process has it.</exception>
    /// <exception cref="PoolerException">The session is shared.</exception>
    public static async Task TakeAsync(NpgsqlConnection connection, string key, PostgresOptions options, CancellationToken cancellationToken)
    {
        if (!await TryTakeAsync(connection, key, options, cancellationToken).ConfigureAwait(false))
        {
            throw new RebuildInProgressException(key);
        }
    }

    /// <summary>Takes it, unless another session has it.</summary>
    /// <exception cref="PoolerException">The session is shared.</exception>
    public static async Task<bool> TryTakeAsync(NpgsqlConnection connection, string key, PostgresOptions options, CancellationToken cancellationToken)
    {
        await PoolerGuard.CheckSessionAsync(connection, "A rebuild", cancellationToken).ConfigureAwait(false);
        var command = new NpgsqlCommand(SqlText.Load("lock_rebuild", options.Schemas), connection).WithText(key);
        await using var _ = command.ConfigureAwait(false);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Releases it; a lost connection has released it already.</summary>
    public static async Task GiveAsync(NpgsqlConnection connection, string key, PostgresOptions options)
    {
        if (connection.State == System.Data.ConnectionState.Open)
        {
            var command = new NpgsqlCommand(SqlText.Load("unlock_rebuild", options.Schemas), connection).WithText(key);
            await using var _ = command.ConfigureAwait(false);
            try
            {
                await command.ExecuteScalarAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (NpgsqlException)
            {
                // The connection was lost unnoticed.
            }
        }
    }
}
