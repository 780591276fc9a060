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

    // The event that failed last, which is tried again alone: in a batch it would have the others delivered each time.
    private long _failed;

    public override int? Retries => subscription.Retries;

    public override TimeSpan? RetryDelay => subscription.RetryDelay;

    public override FailurePolicy? OnFailure => subscription.KeepsDeadLetters switch
    {
        true => FailurePolicy.DeadLetter,
        false => FailurePolicy.Pause,
        null => null,
    };

    public override Task<long> StartAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        StartPlaces.FindAsync(subscription.Start, connection, Options, cancellationToken);

    /// <remarks>No connection waits for the subscription's code, so that slow code of one keeps none from others.</remarks>
    public override async Task<ShardPage> RunAsync(IShardConnections connections, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var (events, reached) = await connections.UseAsync(
            connection => _pages.ReadAsync(connection, from, ceiling, rows, cancellationToken), cancellationToken).ConfigureAwait(false);
        var (taken, started) = (0, timeProvider.GetTimestamp());
        Exception? fault = null;
        while (taken < events.Count && fault is null)
        {
            (var handled, fault) = await DeliverAsync(events, taken, cancellationToken).ConfigureAwait(false);
            taken += handled;
            if (fault is not null)
            {
                // The event is then the next one: anything before it is excluded by the filter.
                _failed = events[taken].Sequence.Value;
                reached = _failed - 1;
            }
            else if (taken < events.Count && timeProvider.GetElapsedTime(started) >= batchTime)
            {
                reached = events[taken - 1].Sequence.Value;
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

    // How many of the next events were handled, and what the one after them failed with.
    private async Task<(int Handled, Exception? Fault)> DeliverAsync(List<RecordedEvent> events, int first, CancellationToken cancellationToken)
    {
        var count = events[first].Sequence.Value == _failed ? 1 : Math.Min(subscription.MostEvents, events.Count - first);
        if (count > 1 && subscription.HandleBatch is { } handle)
        {
            try
            {
                RecordedEvent[] due = [.. events.Skip(first).Take(count).Where(IsDue)];
                await (due.Length > 0 ? handle(due, cancellationToken) : Task.CompletedTask).ConfigureAwait(false);
                return (count, null);
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Each alone, so that only the one at fault is held back.
            }
        }

        for (var i = 0; i < count; i++)
        {
            try
            {
                await (IsDue(events[first + i]) ? subscription.Handle(events[first + i], cancellationToken) : Task.CompletedTask).ConfigureAwait(false);
            }
            catch (Exception thrown) when (!cancellationToken.IsCancellationRequested)
            {
                return (i, thrown);
            }
        }

        return (count, null);
    }

    private bool IsDue(RecordedEvent recorded) => subscription.Start.Time is not { } time || recorded.Timestamp >= time;
}
