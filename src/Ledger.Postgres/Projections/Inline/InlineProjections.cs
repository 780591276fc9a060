using System.Collections.Concurrent;
using Ledger.Postgres.Telemetry;
using Ledger.Projections;
using Npgsql;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>The projections that run in the transaction of an append, between the insert and the commit, once for a batch.</summary>
/// <remarks>
/// Rows are one statement each, which goes along with the append. What evolves in C# takes more round trips: the append's brings the
/// pending events, a further one locks documents that several streams share, and the last one writes and commits.
/// </remarks>
internal sealed class InlineProjections
{
    private readonly InlineProjection[] _projections;
    private readonly string _clock;
    private readonly ConcurrentDictionary<ulong, InlineProjections> _parts = [];

    public InlineProjections(PostgresOptions options)
        : this(
            [.. LedgerProjections.Of(options), .. options.Projections.Select(p => InlineProjection.Of(p, options))],
            SqlText.Load("projection_clock", options.Schemas))
    {
    }

    /// <summary>Those after the functions that append. These write the rows of worlds themselves, from the events that they have at hand, and the rows of tasks, because
    /// a request may break a rule of theirs.</summary>
    public static InlineProjections AfterAppends(PostgresOptions options)
    {
        var all = new InlineProjections(options);
        return new InlineProjections([.. all._projections.Select(LedgerProjections.AfterAppend)], all._clock);
    }

    private InlineProjections(InlineProjection[] projections, string clock)
    {
        _projections = projections;
        _clock = clock;
        Keys = projections.Length == 0 ? null : Array.ConvertAll(projections, p => p.Key);
        HasWorks = Array.Exists(projections, p => p.Begin is not null);
        AreRowsOfWorlds = projections is [{ Key: LedgerProjections.World, Begin: null, Statements.Count: 0 }];
        AreRowsOfTasks = projections is [{ Key: LedgerProjections.Tasks, Begin: null, Statements.Count: 0 }];
    }

    /// <summary>The projections, or null for none: then nothing is locked and recorded for them.</summary>
    public string[]? Keys { get; private init; }

    /// <summary>Whether one works in C#, which takes more than one round trip.</summary>
    public bool HasWorks { get; }

    /// <summary>Whether they are the rows of worlds alone, and the functions that append write them.</summary>
    public bool AreRowsOfWorlds { get; }

    /// <summary>Whether they are the rows of tasks alone, and the functions that append write them.</summary>
    public bool AreRowsOfTasks { get; }

    /// <summary>Those that follow an append to some streams.</summary>
    /// <remarks>The same projections are the same instance. More than 64 are not told apart: the rest runs, and finds nothing to do.</remarks>
    public InlineProjections For(IReadOnlyList<string> streams)
    {
        var (those, areAll) = (0UL, true);
        for (var i = 0; i < _projections.Length && i < 64; i++)
        {
            var follows = _projections[i].Follows(streams);
            those |= follows ? 1UL << i : 0;
            areAll &= follows;
        }

        return areAll ? this : _parts.GetOrAdd(
            those,
            static (those, all) => new InlineProjections([.. all._projections.Where((_, i) => i >= 64 || (those >> i & 1) != 0)], all._clock),
            this);
    }

    /// <summary>Whether the rows of worlds are among them, and none of the application, whose statements may read these rows.</summary>
    public bool WriteWorldsAlone => Array.Exists(_projections, p => p.Key == LedgerProjections.World)
        && Array.TrueForAll(_projections, p => p.Key.StartsWith(LedgerProjections.Prefix, StringComparison.Ordinal));

    /// <summary>The same with one of them done by C# in one transaction, in the place of its statements.</summary>
    public InlineProjections With(ProjectionWork work) => new([.. _projections.Select(p => p.Key == work.Name ? p.By(work) : p)], _clock)
    {
        Keys = [.. Keys!, work.Name + LedgerProjections.ByCaller],
    };

    /// <summary>Adds the statements of rows to a batch.</summary>
    public void AddStatements(NpgsqlBatch batch)
    {
        foreach (var projection in _projections)
        {
            foreach (var sql in projection.Statements)
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
            }
        }
    }

    /// <summary>Runs a statement that appends, and the projections after it.</summary>
    /// <param name="append">The statement.</param>
    /// <param name="read">Reads its result.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">The caller's transaction, or null for a new one.</param>
    /// <param name="timeoutSeconds">The time-out of each round trip.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<T> ExecuteAsync<T>(
        NpgsqlBatchCommand append,
        Func<NpgsqlDataReader, Task<T>> read,
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        int timeoutSeconds,
        CancellationToken cancellationToken)
    {
        var times = ProjectionTimes.Start(_clock);
        var works = BeginWorks();
        if (works.Length == 0)
        {
            // One round trip, which is a transaction by itself.
            var only = new NpgsqlBatch(connection, transaction) { Timeout = timeoutSeconds };
            await using var _ = only.ConfigureAwait(false);
            var answer = await ReadAsync(only, append, read, works, times, cancellationToken).ConfigureAwait(false);
            times?.Record();
            return answer;
        }

        var projected = await ProjectionTransaction.BeginAsync(connection, transaction, timeoutSeconds, cancellationToken).ConfigureAwait(false);
        await using var __ = projected.ConfigureAwait(false);
        try
        {
            var batch = projected.CreateBatch();
            await using var ___ = batch.ConfigureAwait(false);
            projected.AddBegin(batch);
            var answer = await ReadAsync(batch, append, read, works, times, cancellationToken).ConfigureAwait(false);
            await projected.WriteAsync(works, times, projected.AddEnd, cancellationToken).ConfigureAwait(false);
            times?.Record();
            return answer;
        }
        catch (ProjectionFailedException)
        {
            await projected.UndoAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs the projections after the inserts of the current transaction, and statements that they follow in the same round trip.</summary>
    /// <param name="before">The statements; of these the last one alone has a result.</param>
    /// <param name="connection">The connection, which is in a transaction.</param>
    /// <param name="transaction">The transaction.</param>
    /// <param name="timeoutSeconds">The time-out of each round trip.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task ApplyAsync(
        IReadOnlyList<NpgsqlBatchCommand> before,
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        int timeoutSeconds,
        CancellationToken cancellationToken) => ApplyAsync(before, _ => { }, connection, transaction, timeoutSeconds, cancellationToken);

    /// <summary>As above, with what follows the projections in their last round trip.</summary>
    /// <param name="before">The statements before; of these the last one alone has a result.</param>
    /// <param name="addEnd">Adds those after; called when they are about to be sent.</param>
    /// <param name="connection">The connection, which is in a transaction.</param>
    /// <param name="transaction">The transaction.</param>
    /// <param name="timeoutSeconds">The time-out of each round trip.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task ApplyAsync(
        IReadOnlyList<NpgsqlBatchCommand> before,
        Action<NpgsqlBatch> addEnd,
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        int timeoutSeconds,
        CancellationToken cancellationToken)
    {
        var times = ProjectionTimes.Start(_clock);
        var works = BeginWorks();
        var applied = await ProjectionTransaction.BeginAsync(connection, transaction, timeoutSeconds, cancellationToken).ConfigureAwait(false);
        await using var _ = applied.ConfigureAwait(false);
        var batch = applied.CreateBatch();
        await using var __ = batch.ConfigureAwait(false);

        foreach (var command in before.SkipLast(1))
        {
            batch.BatchCommands.Add(command);
        }

        // In place of the append statement, whose result comes before those of the projections.
        var isOne = works.Length == 0;
        await ReadAsync(batch, before[^1], _ => Task.FromResult(true), works, times, cancellationToken, isOne ? addEnd : null).ConfigureAwait(false);
        if (!isOne)
        {
            await applied.WriteAsync(works, times, addEnd, cancellationToken).ConfigureAwait(false);
        }

        times?.Record();
    }

    /// <summary>Sends what inserts, the reads of what evolves in C#, and the statements of rows.</summary>
    private async Task<T> ReadAsync<T>(
        NpgsqlBatch batch,
        NpgsqlBatchCommand first,
        Func<NpgsqlDataReader, Task<T>> read,
        ProjectionWork[] works,
        ProjectionTimes? times,
        CancellationToken cancellationToken,
        Action<NpgsqlBatch>? addEnd = null)
    {
        batch.BatchCommands.Add(first);
        times?.AddClock(batch);
        foreach (var work in works)
        {
            work.AddReads(batch);
            times?.AddClock(batch, work.Name);
        }

        // Last, because they may return any number of results.
        foreach (var projection in _projections)
        {
            foreach (var sql in projection.Statements)
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
            }

            if (projection.Begin is null && projection.Statements.Count > 0)
            {
                times?.AddClock(batch, projection.Key);
            }
        }

        addEnd?.Invoke(batch);
        return await ProjectionTransaction.ReadAsync(
            batch,
            async reader =>
            {
                var result = await read(reader).ConfigureAwait(false);
                await ProjectionTimes.ReadNextAsync(times, reader, cancellationToken).ConfigureAwait(false);
                foreach (var work in works)
                {
                    var begun = ProjectionTimes.Now(times);
                    await work.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
                    times?.AddSince(begun, work.Name);
                    await ProjectionTimes.ReadNextAsync(times, reader, cancellationToken).ConfigureAwait(false);
                }

                return result;
            },
            times,
            cancellationToken).ConfigureAwait(false);
    }

    private ProjectionWork[] BeginWorks() => [.. _projections.Where(p => p.Begin is not null).Select(p => p.Begin!())];
}
