using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Postgres.Projections.Subscriptions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Ledger.Postgres.Searching;

/// <summary>Writes the index of the search again, or for the first time, beside a daemon that may do the same.</summary>
/// <remarks>Meanwhile searches look at the events that it does not have yet one by one.</remarks>
internal sealed class SearchRebuild(NpgsqlDataSource dataSource, PostgresOptions options, TimeProvider timeProvider, IProgress<RebuildProgress>? progress)
{
    private const int PageRows = 5_000;

    private readonly SearchRows _rows = new(options);
    private readonly ShardStates _states = new(options);

    public async Task RunAsync(RebuildMode mode, CancellationToken cancellationToken)
    {
        var connection = await Connections.OpenPatientlyAsync(dataSource, options, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        await RebuildLock.TakeAsync(connection, SearchRows.Key, options, cancellationToken).ConfigureAwait(false);
        try
        {
            var shard = new SearchIndexShard(options, timeProvider, NullLogger.Instance);
            await _states.BeginAsync(connection, shard, new DaemonOptions().NodeName, cancellationToken).ConfigureAwait(false);
            if (mode != RebuildMode.Resume)
            {
                await _rows.ClearAsync(connection, cancellationToken).ConfigureAwait(false);
            }

            await IndexAsync(connection, cancellationToken).ConfigureAwait(false);
            await _rows.IndexRewrittenAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            DaemonMetrics.Note(SearchRows.Key, null);
            await RebuildLock.GiveAsync(connection, SearchRows.Key, options).ConfigureAwait(false);
        }
    }

    private async Task IndexAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var position = await _states.ReadPositionAsync(connection, SearchRows.Shard, cancellationToken).ConfigureAwait(false);
        var mark = new HighWaterMark(options, new GapTimeout(timeProvider, options.ForeignWriters), timeProvider);
        mark.Begin(position);
        for (var done = 0L; ;)
        {
            await mark.AdvanceAsync(connection, cancellationToken).ConfigureAwait(false);
            if (mark.Value <= position)
            {
                return;
            }

            while (position < mark.Value)
            {
                try
                {
                    var page = await _rows.IndexAsync(connection, position, mark.Value, PageRows, cancellationToken).ConfigureAwait(false);
                    (position, done) = (page.Reached, done + page.Events);
                }
                catch (PostgresException moved) when (moved.SqlState == LedgerErrorCodes.ShardMoved)
                {
                    // The daemon has indexed them.
                    position = await _states.ReadPositionAsync(connection, SearchRows.Shard, cancellationToken).ConfigureAwait(false);
                }

                Report(new RebuildProgress(done, done + Math.Max(mark.Numbers.Newest - position, 0)));
            }
        }
    }

    private void Report(RebuildProgress reached)
    {
        DaemonMetrics.Note(SearchRows.Key, reached);
        progress?.Report(reached);
    }
}
