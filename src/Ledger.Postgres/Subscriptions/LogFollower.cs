using System.Runtime.CompilerServices;
using Ledger.Events;
using Ledger.Postgres.Appending;
using Ledger.Postgres.Streams;
using Ledger.Subscriptions;
using Npgsql;

namespace Ledger.Postgres.Subscriptions;

/// <summary>Hands events over as they are appended, for as long as somebody takes them. Nothing is kept of how far it has come.</summary>
internal sealed class LogFollower(NpgsqlDataSource dataSource, PostgresOptions options, GapPatience gaps, TimeProvider timeProvider)
{
    private const int PageRows = 1_000;

    /// <summary>Follows the log.</summary>
    /// <param name="filter">Which events.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<RecordedEvent> FollowAsync(
        EventFilter filter,
        SubscriptionStart start,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = new LogPages(options, gaps, filter);
        var retries = new TransientRetries(options, timeProvider);
        var mark = new LogMark(options, gaps, timeProvider);
        NodeSession? session = null;
        var position = -1L;
        var pace = new PollPace(timeProvider);
        try
        {
            while (true)
            {
                List<RecordedEvent> events;
                try
                {
                    events = await NextAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (Exception fault) when (TransientFaults.Contains(fault) && !cancellationToken.IsCancellationRequested)
                {
                    // The other servers of a connection string may be standbys for as long as none is promoted.
                    events = await retries.ExecuteAsync(
                        NextAsync,
                        timeProvider.GetTimestamp(),
                        fault,
                        f => TransientFaults.Contains(f) || f is StandbyServerException,
                        cancellationToken).ConfigureAwait(false);
                }

                foreach (var recorded in events)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (start.Time is not { } time || recorded.Timestamp >= time)
                    {
                        yield return recorded;
                    }
                }
            }
        }
        finally
        {
            await EndAsync().ConfigureAwait(false);
        }

        async Task<List<RecordedEvent>> NextAsync(CancellationToken cancelled)
        {
            try
            {
                if (session is null)
                {
                    session = await NodeSession.OpenAsync(dataSource, options, timeProvider, cancelled).ConfigureAwait(false);
                    position = position >= 0
                        ? position
                        : await StartPlaces.FindAsync(start, session.Connection, options, cancelled).ConfigureAwait(false);
                    mark.Begin(position);
                }

                while (mark.Value <= position)
                {
                    var hasMoved = await mark.AdvanceAsync(session.Connection, cancelled).ConfigureAwait(false);
                    mark.Numbers.ThrowIfBeyond("A reader of the log", position);
                    if (hasMoved)
                    {
                        pace.Note();
                    }
                    else
                    {
                        await pace.WaitAsync(session, cancelled).ConfigureAwait(false);
                    }
                }

                var (events, reached) = await pages.ReadAsync(session.Connection, position, mark.Value, PageRows, cancelled).ConfigureAwait(false);
                position = reached;
                return events;
            }
            catch
            {
                await EndAsync().ConfigureAwait(false);
                throw;
            }
        }

        async Task EndAsync()
        {
            if (session is not null)
            {
                await session.DisposeAsync().ConfigureAwait(false);
                session = null;
            }
        }
    }
}
