using Ledger.Postgres.Projections.Subscriptions;
using Ledger.Projections;

namespace Ledger.Postgres;

public sealed partial class PostgresEventStore
{
    /// <summary>Hands over the events of all streams in log order, first those that are there and then each as it is appended, without end.</summary>
    /// <remarks>
    /// No event is left out: one whose transaction is still running is waited for. Nothing is kept of how far it has come; a
    /// <see cref="Subscription"/> that the daemon runs has a position. It uses one connection for as long as it lasts, and opens another when that
    /// is lost and the time of <see cref="PostgresOptions.RetryFor"/> is not over. Appends are heard of at once by LISTEN; behind a pooler, by
    /// looking ten times a second.
    /// </remarks>
    /// <exception cref="LogNumbersException">It begins or stands at a number that the log has not given yet, or the sequence is behind the events.</exception>
    /// <exception cref="StandbyServerException">The server is a standby.</exception>
    /// <param name="filter">Which events; null for all.</param>
    /// <param name="start">Where to begin; null for the first event of the log.</param>
    /// <param name="cancellationToken">Ends it, by an <see cref="OperationCanceledException"/>.</param>
    public IAsyncEnumerable<RecordedEvent> SubscribeAsync(
        EventFilter? filter = null,
        SubscriptionStart? start = null,
        CancellationToken cancellationToken = default) =>
        new LogFollower(_connections.Pool, _options, _gaps, _timeProvider)
            .FollowAsync(filter ?? EventFilter.All, start ?? SubscriptionStart.Beginning, cancellationToken);
}
