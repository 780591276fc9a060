using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Projections;
using NpgsqlTypes;

namespace Ledger.Postgres;

public sealed partial class PostgresEventStore
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until asynchronous projections contain every event that is in the log now.</summary>
    /// <param name="timeout">How long at most.</param>
    /// <param name="projection">Which one; null for all of <see cref="PostgresOptions.AsyncProjections"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TimeoutException">One of them does not yet; the message says how far it is.</exception>
    public async Task WaitForNonStaleAsync(
        TimeSpan timeout,
        Projection? projection = null,
        CancellationToken cancellationToken = default)
    {
        string[] names = projection is null ? [.. _options.AsyncProjections.Select(ShardNames.Of)] : [ShardNames.Of(projection)];
        var wanted = await ReadScalarAsync<long>("log_last_event", cancellationToken).ConfigureAwait(false);
        var started = _timeProvider.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(1);
        while (await FindStaleAsync(names, wanted, cancellationToken).ConfigureAwait(false) is { } stale)
        {
            if (_timeProvider.GetElapsedTime(started) >= timeout)
            {
                throw new TimeoutException(
                    $"'{stale.Name}' is at {stale.Position} after {timeout}, and the log was at {wanted}. "
                    + "Allow more time, or see 'ledger projections status': no node may run it, or it is paused or has failed.");
            }

            await Task.Delay(pause, _timeProvider, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }
    }

    private async Task<(string Name, long Position)?> FindStaleAsync(string[] names, long wanted, CancellationToken cancellationToken)
    {
        return await _connections.UseAsync<(string Name, long Position)?>(
            async (lease, cancellationToken) =>
            {
                var command = Command(lease, "stale_shard")
                    .With(names, NpgsqlDbType.Array | NpgsqlDbType.Text)
                    .With(wanted, NpgsqlDbType.Bigint);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (reader.GetString(0), reader.GetInt64(1)) : null;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
