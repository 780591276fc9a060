using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Subscriptions;
using Ledger.Projections;
using Npgsql;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Passes events to a subscription's code, and moves its position past those that were handled.</summary>
internal sealed class SubscriptionShard(
    Subscription subscription,
    PostgresOptions options,
    TimeSpan batchTime,
    GapTimeout gaps,
    TimeProvider timeProvider)
    : ShardWork(ShardNames.Of(subscription), "subscription", options)
{
    private readonly LogPages _pages = new(options, gaps, subscription.Filter);

    public override Task<long> StartAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        StartPlaces.FindAsync(subscription.Start, connection, Options, cancellationToken);

    /// <remarks>No connection waits for the subscription's code, so that slow code of one keeps none from others.</remarks>
    public override async Task<ShardPage> RunAsync(IShardConnections connections, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var (events, reached) = await connections.UseAsync(
            connection => _pages.ReadAsync(connection, from, ceiling, rows, cancellationToken), cancellationToken).ConfigureAwait(false);
        var (done, taken) = (from, 0);
        var started = timeProvider.GetTimestamp();
        Exception? fault = null;
        foreach (var recorded in events)
        {
            try
            {
                if (subscription.Start.Time is not { } time || recorded.Timestamp >= time)
                {
                    await subscription.Handle(recorded, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (Exception thrown) when (!cancellationToken.IsCancellationRequested)
            {
                // The event is then the next one: anything before it is excluded by the filter.
                (fault, reached) = (thrown, recorded.Sequence.Value - 1);
                break;
            }

            (done, taken) = (recorded.Sequence.Value, taken + 1);
            if (taken < events.Count && timeProvider.GetElapsedTime(started) >= batchTime)
            {
                reached = done;
                break;
            }
        }

        if (reached > from)
        {
            var to = reached;
            await connections.UseAsync(connection => MoveAsync(connection, from, to, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        else if (fault is not null)
        {
            throw new ShardEventException(fault);
        }

        return new ShardPage(reached, taken);
    }

    public override async Task ReplayAsync(NpgsqlConnection connection, long sequence, Guid letter, CancellationToken cancellationToken)
    {
        var (events, _) = await _pages.ReadAsync(connection, sequence - 1, sequence, rows: 1, cancellationToken).ConfigureAwait(false);
        foreach (var recorded in events)
        {
            await subscription.Handle(recorded, cancellationToken).ConfigureAwait(false);
        }

        await ForgetAsync(connection, letter, cancellationToken).ConfigureAwait(false);
    }
}
