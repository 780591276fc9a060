using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Log.Appending;
using Npgsql;

namespace Ledger.Postgres.Replicas;

/// <summary>Opens connections to a standby that is new enough; where none is, to the primary.</summary>
/// <remarks>Whether a standby is new enough is asked on the very connection that then answers, because several may lag differently. Safe for concurrent use.</remarks>
internal sealed class ReplicaOpening(
    NpgsqlDataSource replicas, PatientOpening primary, ReplicaFreshness freshness, PostgresOptions options, TimeProvider timeProvider)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LagIsKnownFor = TimeSpan.FromSeconds(2);

    // When a standby last was waited for in vain; 0 for never, or not since one was new enough.
    private long _lagged;

    /// <summary>The place of the primary now.</summary>
    /// <exception cref="StandbyServerException">The server is a standby itself.</exception>
    public static async Task<WalPosition> ReadPositionAsync(NpgsqlConnection connection, PostgresOptions options, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("wal_position"), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string text
            ? WalPosition.Parse(text)
            : throw new StandbyServerException();
    }

    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        // Without a position this shows that a connection of the pool still leads to a server.
        var position = freshness.IsNow ? await ReadPositionAsync(cancellationToken).ConfigureAwait(false) : freshness.Position ?? default;
        return await OpenReplicaAsync(position, cancellationToken).ConfigureAwait(false)
            ?? await primary.OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<NpgsqlConnection?> OpenReplicaAsync(WalPosition position, CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        try
        {
            connection = await Connections.OpenAsync(replicas, cancellationToken).ConfigureAwait(false);
            if (await ReachesAsync(connection, position, cancellationToken).ConfigureAwait(false))
            {
                (var opened, connection) = (connection, null);
                return opened;
            }

            return null;
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested
            && (connection is null ? TransientFaults.CannotOpenYet(fault) : TransientFaults.IsServerAway(fault)))
        {
            return null;
        }
        finally
        {
            if (connection is not null)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> ReachesAsync(NpgsqlConnection connection, WalPosition position, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("has_replayed"), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        command.WithText(position.ToString());
        await using var _ = command.ConfigureAwait(false);
        var since = timeProvider.GetTimestamp();

        // Not every question waits for a standby that is known to lag: it is asked once.
        var patience = Volatile.Read(ref _lagged) is var lagged and not 0 && timeProvider.GetElapsedTime(lagged, since) < LagIsKnownFor ? TimeSpan.Zero : freshness.Patience;
        for (var pause = TimeSpan.FromMilliseconds(1); ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            if ((bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!)
            {
                Volatile.Write(ref _lagged, 0);
                return true;
            }

            if (timeProvider.GetElapsedTime(since) >= patience)
            {
                if (patience == freshness.Patience)
                {
                    Volatile.Write(ref _lagged, timeProvider.GetTimestamp());
                }

                return false;
            }

            await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<WalPosition> ReadPositionAsync(CancellationToken cancellationToken)
    {
        var connection = await primary.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await ReadPositionAsync(connection, options, cancellationToken).ConfigureAwait(false);
    }
}
