using Ledger.Postgres.Telemetry;
using Npgsql;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>The transaction that an append and its projections share: a new one, or a savepoint in the caller's.</summary>
internal sealed class ProjectionTransaction : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction? _transaction;
    private readonly int _timeoutSeconds;
    private readonly NpgsqlTransaction? _own;

    private ProjectionTransaction(NpgsqlConnection connection, NpgsqlTransaction? transaction, NpgsqlTransaction? own, int timeoutSeconds)
    {
        _connection = connection;
        _transaction = own ?? transaction;
        _own = own;
        _timeoutSeconds = timeoutSeconds;
    }

    /// <summary>Begins, without a round trip: the first batch takes the statement along.</summary>
    public static async Task<ProjectionTransaction> BeginAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        int timeoutSeconds,
        CancellationToken cancellationToken)
    {
        NpgsqlTransaction? own = null;
        if (transaction is null)
        {
            try
            {
                own = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidOperationException)
            {
                // The caller's connection is in a transaction that they did not pass; Npgsql offers no way to ask.
            }
        }

        return new ProjectionTransaction(connection, transaction, own, timeoutSeconds);
    }

    /// <summary>A batch of this transaction, the first or a later one.</summary>
    /// <remarks>Each is a new batch: one that was prepared on one connection believes that it is prepared on the next.</remarks>
    public NpgsqlBatch CreateBatch() => new(_connection, _transaction) { Timeout = _timeoutSeconds };

    /// <summary>Adds what makes it possible to take the rest back.</summary>
    public void AddBegin(NpgsqlBatch batch)
    {
        if (_own is null)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("begin_projections")));
        }
    }

    /// <summary>Adds what ends the transaction, or the part of it, well.</summary>
    public void AddEnd(NpgsqlBatch batch) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load(_own is null ? "end_projections" : "commit_projections")));

    /// <summary>Undoes the writes in a caller's transaction, which continues; its own transaction is rolled back on disposal.</summary>
    public async Task UndoAsync()
    {
        if (_own is null)
        {
            var batch = CreateBatch();
            await using var _ = batch.ConfigureAwait(false);
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("undo_projections")));
            AddEnd(batch);
            await batch.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Sends a batch that reads, and hands its results over; those that are left are read to their end.</summary>
    public static async Task<T> ReadAsync<T>(
        NpgsqlBatch batch,
        Func<NpgsqlDataReader, Task<T>> read,
        ProjectionTimes? times,
        CancellationToken cancellationToken)
    {
        await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var result = await read(reader).ConfigureAwait(false);

        // The rows come before the commit does. Only the end of the results shows that it succeeded, and disposing would hide a time-out.
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
            await (times?.ReadAsync(reader, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        }

        return result;
    }

    /// <summary>Sends a batch and ignores its rows.</summary>
    public static async Task SendAsync(NpgsqlBatch batch, CancellationToken cancellationToken) =>
        await ReadAsync(batch, _ => Task.FromResult(true), null, cancellationToken).ConfigureAwait(false);

    /// <summary>Locks, evolves and writes the data that the projections have read.</summary>
    /// <param name="works">The projections, after their reads.</param>
    /// <param name="times">Collects the times; null if nothing is measured.</param>
    /// <param name="addEnd">Adds what follows the writes in their round trip.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task WriteAsync(
        IReadOnlyList<ProjectionWork> works,
        ProjectionTimes? times,
        Action<NpgsqlBatch> addEnd,
        CancellationToken cancellationToken)
    {
        await LockAsync(works, times, cancellationToken).ConfigureAwait(false);
        var writes = CreateBatch();
        await using var _ = writes.ConfigureAwait(false);
        times?.AddClock(writes);
        foreach (var work in works)
        {
            var begun = ProjectionTimes.Now(times);
            await work.ApplyAsync(_connection, cancellationToken).ConfigureAwait(false);
            work.AddWrites(writes);
            times?.AddSince(begun, work.Name);
            times?.AddClock(writes, work.Name);
        }

        addEnd(writes);
        if (writes.BatchCommands.Count > 0)
        {
            await ReadAsync(
                writes,
                async reader =>
                {
                    await (times?.ReadAsync(reader, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
                    return true;
                },
                times,
                cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task LockAsync(IReadOnlyList<ProjectionWork> works, ProjectionTimes? times, CancellationToken cancellationToken)
    {
        var locks = CreateBatch();
        await using var _ = locks.ConfigureAwait(false);
        foreach (var work in works)
        {
            work.AddLocks(locks);
        }

        if (locks.BatchCommands.Count > 0)
        {
            await ReadAsync(
                locks,
                async reader =>
                {
                    foreach (var work in works)
                    {
                        var begun = ProjectionTimes.Now(times);
                        await work.ReadLockedAsync(reader, cancellationToken).ConfigureAwait(false);
                        times?.AddSince(begun, work.Name);
                    }

                    return true;
                },
                null,
                cancellationToken).ConfigureAwait(false);
        }
    }
}
