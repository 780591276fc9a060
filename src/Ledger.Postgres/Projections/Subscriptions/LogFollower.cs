using System.Runtime.CompilerServices;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Tenants;
using Ledger.Projections;
using Npgsql;

namespace Ledger.Postgres.Projections.Subscriptions;

/// <summary>Returns events as they are appended, while the caller reads them. The position is not stored.</summary>
internal sealed class LogFollower(NpgsqlDataSource dataSource, PostgresOptions options, GapTimeout gaps, TimeProvider timeProvider)
{
    private const int PageRows = 1_000;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(5);

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
        var mark = new HighWaterMark(options, gaps, timeProvider);
        var anchor = new LogAnchor(options);
        NodeSession? session = null;
        var position = -1L;
        var pace = new PollPace(timeProvider);
        var current = Task.CompletedTask;
        var (isOpen, pause) = (false, ShortestPause);
        long? lostAt = null;
        var checkedAt = 0L;
        try
        {
            while (true)
            {
                List<RecordedEvent> events;
                try
                {
                    events = await Promptly.RunAsync(NextAsync, timeProvider, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception fault) when (IsTransient(fault) && !cancellationToken.IsCancellationRequested)
                {
                    lostAt ??= timeProvider.GetTimestamp();
                    if (!retries.IsInTime(lostAt.Value))
                    {
                        throw;
                    }

                    await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
                    pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
                    continue;
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
            if (current.IsCompleted)
            {
                await EndAsync().ConfigureAwait(false);
            }
            else
            {
                // Cancelled in a dead network: it ends by itself, and then returns the session.
                _ = EndLaterAsync();
            }
        }

        // The other servers of a connection string may be standbys until one is promoted.
        bool IsTransient(Exception fault) => isOpen
            ? TransientFaults.Contains(fault) || (lostAt is not null && fault is StandbyServerException)
            : TransientFaults.CannotOpenYet(fault);

        Task<List<RecordedEvent>> NextAsync(CancellationToken cancelled)
        {
            var next = ReadNextAsync(cancelled);
            current = next;
            return next;
        }

        async Task<List<RecordedEvent>> ReadNextAsync(CancellationToken cancelled)
        {
            try
            {
                if (session is null)
                {
                    isOpen = false;
                    session = await NodeSession.OpenAsync(dataSource, options, timeProvider, cancelled).ConfigureAwait(false);
                    isOpen = true;
                    position = position >= 0
                        ? position
                        : await StartPlaces.FindAsync(start, session.Connection, options, cancelled).ConfigureAwait(false);
                    position = await anchor.CheckAsync(session, position, start, cancelled).ConfigureAwait(false);
                    mark.Begin(position);
                    await CheckHereAsync(session.Connection, cancelled).ConfigureAwait(false);
                }

                while (mark.Value <= position)
                {
                    var hasMoved = await mark.AdvanceAsync(session.Connection, cancelled).ConfigureAwait(false);
                    (lostAt, pause) = (null, ShortestPause);
                    mark.Numbers.ThrowIfBeyond("A reader of the log", position);
                    if (hasMoved)
                    {
                        pace.Note();
                    }
                    else
                    {
                        if (timeProvider.GetElapsedTime(checkedAt) >= CheckEvery)
                        {
                            await CheckHereAsync(session.Connection, cancelled).ConfigureAwait(false);
                        }

                        await pace.WaitAsync(session, cancelled).ConfigureAwait(false);
                    }
                }

                var (events, reached) = await pages.ReadAsync(session.Connection, position, mark.Value, PageRows, cancelled).ConfigureAwait(false);
                position = reached;
                if (events.Count > 0)
                {
                    anchor.Set(events[^1]);
                }

                return events;
            }
            catch
            {
                await EndAsync().ConfigureAwait(false);
                throw;
            }
        }

        // The log of a tenant that has moved gets no event here any more.
        async Task CheckHereAsync(NpgsqlConnection connection, CancellationToken cancelled)
        {
            checkedAt = timeProvider.GetTimestamp();
            var command = new NpgsqlCommand(SqlText.Load("tenant_is_moved", options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
            await using var _ = command.ConfigureAwait(false);
            if (await command.ExecuteScalarAsync(cancelled).ConfigureAwait(false) is string place)
            {
                throw new TenantMoveException($"The log has moved to '{place}', and gets no more events here. Ask the map of tenants again, and follow it there.");
            }
        }

        async Task EndLaterAsync()
        {
            await current.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await EndAsync().ConfigureAwait(false);
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
