using Ledger.Postgres.Log;
using Ledger.Projections;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Waits until shards have reached the end that the log had when the wait began.</summary>
internal sealed class NonStaleWait(StoreContext context)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(TimeSpan timeout, Projection? projection, CancellationToken cancellationToken)
    {
        string[] names = projection is null ? [.. context.Options.AsyncProjections.Select(ShardNames.Of)] : [ShardNames.Of(projection)];
        var wanted = await ReadLastEventAsync(cancellationToken).ConfigureAwait(false);
        var started = context.TimeProvider.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(1);
        while (await FindStaleAsync(names, wanted, cancellationToken).ConfigureAwait(false) is { } stale)
        {
            if (context.TimeProvider.GetElapsedTime(started) >= timeout)
            {
                throw new TimeoutException(
                    $"'{stale.Name}' is at {stale.Position} after {timeout}, and the log was at {wanted}. "
                    + "Allow more time, or see 'ledger projections status': no node may run it, or it is paused or has failed.");
            }

            await Task.Delay(pause, context.TimeProvider, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }
    }

    private async Task<(string Name, long Position)?> FindStaleAsync(string[] names, long wanted, CancellationToken cancellationToken)
    {
        return await context.Connections.UseAsync<(string Name, long Position)?>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "stale_shard")
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

    private async Task<long> ReadLastEventAsync(CancellationToken cancellationToken)
    {
        return await context.Connections.UseAsync<long>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "log_last_event");
                await using var __ = command.ConfigureAwait(false);
                return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
