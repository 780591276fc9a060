using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Projections.Subscriptions;
using Ledger.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>Fills new tables for a projection, and swaps them with the old ones.</summary>
/// <remarks>
/// Events that were in the log at the start are read once, in parts if streams are independent. Newer events are read in further rounds until few are left; the
/// rest is read while writers of the projection wait, and the tables are renamed in the same transaction.
/// </remarks>
internal sealed class ShadowRebuild(
    NpgsqlDataSource dataSource,
    PostgresOptions options,
    GapTimeout gaps,
    TimeProvider timeProvider,
    RebuildTarget target,
    int parallelism,
    IProgress<RebuildProgress>? progress)
{
    // Less than deadlock_timeout (1 s), and the longest wait of appends for a swap that fails.
    private const string LockTimeout = "300ms";
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly RebuildWork _work = new(target, options);
    private long _done;
    private long _total;

    private string Key => target.Projection.Key;

    /// <summary>Runs it to its end. Cancelled, it can be gone on with.</summary>
    public async Task RunAsync(RebuildMode mode, CancellationToken cancellationToken)
    {
        var connection = await Connections.OpenPatientlyAsync(dataSource, options, cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        await RebuildLock.TakeAsync(connection, Key, options, cancellationToken).ConfigureAwait(false);
        try
        {
            await RunAsync(connection, mode, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is ProjectionFailedException or PostgresException && !TransientFaults.Contains(fault))
        {
            await DiscardAsync(connection).ConfigureAwait(false);
            throw;
        }
        finally
        {
            DaemonMetrics.Note(Key, null);
            await RebuildLock.GiveAsync(connection, Key, options).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(NpgsqlConnection connection, RebuildMode mode, CancellationToken cancellationToken)
    {
        var state = mode == RebuildMode.Resume
            ? await RebuildState.LoadAsync(connection, Key, options, cancellationToken).ConfigureAwait(false)
            : null;
        var mark = new HighWaterMark(options, gaps, timeProvider);
        state ??= await BeginAsync(connection, mark, cancellationToken).ConfigureAwait(false);
        (_done, _total) = (state.Parts.Sum(p => p.Events), state.Total);
        Report(0);
        await FillAsync(state, cancellationToken).ConfigureAwait(false);
        await SwapAsync(connection, mark, state.Floor, cancellationToken).ConfigureAwait(false);
    }

    private void Report(long events)
    {
        var reached = new RebuildProgress(Interlocked.Add(ref _done, events), _total);
        DaemonMetrics.Note(Key, reached);
        progress?.Report(reached);
    }

    private async Task<RebuildState> BeginAsync(NpgsqlConnection connection, HighWaterMark mark, CancellationToken cancellationToken)
    {
        await mark.AdvanceAsync(connection, cancellationToken).ConfigureAwait(false);
        mark.Numbers.ThrowIfSequenceIsBehind();
        await RebuildState.EndAsync(connection, Key, options, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, "clear_heads", c => c.WithText(ShadowTables.KeyOf(Key)), cancellationToken).ConfigureAwait(false);
        foreach (var table in target.Tables)
        {
            if (target.IsOfDocuments)
            {
                await ExecuteAsync(connection, "shadow_document", c => c.WithText(table).WithText("create"), cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await ExecuteAsync(connection, "create_shadow", c => c.WithText(table), cancellationToken).ConfigureAwait(false);
            }
        }

        var byStream = target.Projection is ISnapshot;
        var total = await CountAsync(connection, cancellationToken).ConfigureAwait(false);
        RebuildPart[] parts = [.. Enumerable.Range(0, byStream ? parallelism : 1).Select(n => new RebuildPart(n, byStream ? "" : "0", 0, false))];
        var state = new RebuildState(mark.Value, total, parts);
        await state.SaveAsync(connection, Key, options, cancellationToken).ConfigureAwait(false);
        return state;
    }

    /// <summary>Reads the events that were in the log when the rebuild began.</summary>
    private async Task FillAsync(RebuildState state, CancellationToken cancellationToken)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(state.Parts.Where(p => !p.IsDone).Select(part => Task.Run(() => FillAsync(part), CancellationToken.None)))
            .ConfigureAwait(false);

        async Task FillAsync(RebuildPart part)
        {
            try
            {
                var connection = await Connections.OpenAsync(dataSource, failed.Token).ConfigureAwait(false);
                await using var _ = connection.ConfigureAwait(false);
                await (target.Projection is ISnapshot
                    ? new SnapshotRebuild(target.Projection, target, state.Parts.Count, options).RunAsync(connection, part, Report, failed.Token)
                    : _work.RunAsync(connection, part, state.Floor, Report, failed.Token)).ConfigureAwait(false);
            }
            catch
            {
                await failed.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    private async Task SwapAsync(NpgsqlConnection connection, HighWaterMark mark, long from, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(20);
        while (true)
        {
            from = await CatchUpAsync(connection, mark, from, cancellationToken).ConfigureAwait(false);
            try
            {
                await TrySwapAsync(connection, from, mark.Value, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                await Task.Delay(pause * (1 + Random.Shared.NextDouble()), timeProvider, cancellationToken).ConfigureAwait(false);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            }
        }
    }

    /// <summary>Reads newer events, a page per transaction, until less than a page is left.</summary>
    private async Task<long> CatchUpAsync(NpgsqlConnection connection, HighWaterMark mark, long from, CancellationToken cancellationToken)
    {
        for (var isFar = true; isFar;)
        {
            await mark.AdvanceAsync(connection, cancellationToken).ConfigureAwait(false);
            isFar = mark.Value - from > RebuildWork.PageRows;
            while (from < mark.Value)
            {
                var transaction = await ProjectionTransaction
                    .BeginAsync(connection, null, options.CommandTimeoutSeconds, cancellationToken).ConfigureAwait(false);
                await using var _ = transaction.ConfigureAwait(false);
                (from, var __) = await _work.ApplyAsync(transaction, from, mark.Value, cancellationToken).ConfigureAwait(false);
                var end = transaction.CreateBatch();
                await using var ___ = end.ConfigureAwait(false);
                transaction.AddEnd(end);
                await ProjectionTransaction.SendAsync(end, cancellationToken).ConfigureAwait(false);
            }
        }

        return from;
    }

    private async Task TrySwapAsync(NpgsqlConnection connection, long from, long mark, CancellationToken cancellationToken)
    {
        var transaction = await ProjectionTransaction
            .BeginAsync(connection, null, options.CommandTimeoutSeconds, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var begin = transaction.CreateBatch();
        await using var __ = begin.ConfigureAwait(false);
        Add(begin, "swap_lock").Parameters.WithText(Key).WithText(LockTimeout);
        await ProjectionTransaction.SendAsync(begin, cancellationToken).ConfigureAwait(false);

        // All inline writers of the projection have committed. Events that others commit later are pending, inline for their stream, else after the mark.
        for (var events = (long)RebuildWork.PageRows; events == RebuildWork.PageRows;)
        {
            (from, events) = await _work.ApplyAsync(transaction, from, long.MaxValue, cancellationToken).ConfigureAwait(false);
        }

        var end = transaction.CreateBatch();
        await using var ___ = end.ConfigureAwait(false);
        foreach (var table in target.Tables)
        {
            if (target.IsOfDocuments)
            {
                Add(end, "shadow_document").Parameters.WithText(table).WithText("swap");
            }
            else
            {
                Add(end, "swap_shadow").Parameters.WithText(table);
            }
        }

        Add(end, "clear_heads").Parameters.WithText(Key);
        Add(end, "rename_heads").Parameters.WithText(Key).WithText(ShadowTables.KeyOf(Key));
        AddProgress(end, mark);
        Add(end, "end_rebuild").Parameters.WithText(Key);
        transaction.AddEnd(end);
        await ProjectionTransaction.SendAsync(end, cancellationToken).ConfigureAwait(false);
    }

    private void AddProgress(NpgsqlBatch batch, long mark)
    {
        var shard = ShardNames.Of(target.Projection);
        if (options.Projections.Any(p => p.Key == Key))
        {
            Add(batch, "forget_progress").Parameters.WithText(shard);
            return;
        }

        Add(batch, "swap_progress").Parameters
            .WithText(shard)
            .With(mark, NpgsqlDbType.Bigint)
            .With(options.AsyncProjections.Any(p => p.Key == Key), NpgsqlDbType.Boolean);
    }

    private async Task DiscardAsync(NpgsqlConnection connection)
    {
        foreach (var table in target.Tables)
        {
            if (target.IsOfDocuments)
            {
                await ExecuteAsync(connection, "shadow_document", c => c.WithText(table).WithText("drop"), CancellationToken.None).ConfigureAwait(false);
                continue;
            }

            var drop = new NpgsqlCommand(
                SqlText.Load("drop_shadow").Replace("{shadow}", ShadowTables.Of(table), StringComparison.Ordinal), connection);
            await using var _ = drop.ConfigureAwait(false);
            await drop.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }

        await ExecuteAsync(connection, "clear_heads", c => c.WithText(ShadowTables.KeyOf(Key)), CancellationToken.None).ConfigureAwait(false);
        await RebuildState.EndAsync(connection, Key, options, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<long> CountAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = Command(connection, "count_rebuild").WithText(target.Projection.StreamPrefix);
        await using var _ = command.ConfigureAwait(false);
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, Action<NpgsqlCommand> add, CancellationToken cancellationToken)
    {
        var command = Command(connection, sql);
        await using var _ = command.ConfigureAwait(false);
        add(command);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };

    private NpgsqlBatchCommand Add(NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(SqlText.Load(sql, options.Schemas));
        batch.BatchCommands.Add(command);
        return command;
    }
}
