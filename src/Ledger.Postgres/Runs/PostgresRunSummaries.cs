using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Subscriptions;
using Ledger.Runs;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Runs;

/// <summary>Summaries from rows, which a reader brings up to date before it answers; where it may not write it folds what they lack.</summary>
/// <param name="context">Where the rows are.</param>
/// <param name="store">Reads the events where there are no rows: before the migration, and for a role that may not read them.</param>
internal sealed partial class PostgresRunSummaries(StoreContext context, IEventStore store) : IRunSummaries
{
    private const int PageRows = 10_000;
    private const int MostStale = 1_000;
    private const int MostLooks = 8;

    // What one query takes in: about a tenth of a second.
    private const long MostOfAQuery = 20_000;

    // For so long a role or server that may not write is not asked again.
    private static readonly TimeSpan Refused = TimeSpan.FromMinutes(1);

    // What a transaction rewrote is seen after so long where there are no rows.
    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(1);

    private readonly RunRows _rows = new(context.Options);
    private readonly string _rulesName = RunRows.NameOf(context.Options.Limits);
    private readonly RunLists _lists = new(context);
    private readonly KeyedLock<string> _turns = new();
    private long _refusedAt;
    private readonly Lazy<FoldingRunSummaries> _folding = new(() => new FoldingRunSummaries(store, context.Options.Limits.RunRules, context.TimeProvider, KeepFor));

    public async Task<RunSummary?> FindAsync(StreamName stream, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        var found = await FindAllAsync([stream], long.MaxValue, cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    public async Task<IReadOnlyList<RunSummary>> FindAllAsync(
        IReadOnlyCollection<StreamName> streams, long mostEvents = long.MaxValue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streams);
        try
        {
            return await FindRowsAsync(streams, mostEvents, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (HasNoRows(fault))
        {
            return await _folding.Value.FindAllAsync(streams, mostEvents, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<RunPage> QueryAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Checked();
        try
        {
            return await QueryRowsAsync(query, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (HasNoRows(fault))
        {
            return await _folding.Value.QueryAsync(query, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<IReadOnlyList<RunTotals>> AddUpAsync(RunQuery query, RunGrouping by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Checked();
        try
        {
            await TakeInAsync(MostOfAQuery, null, cancellationToken).ConfigureAwait(false);
            return await context.Connections.UseAsync<IReadOnlyList<RunTotals>>(
                (lease, token) => _lists.AddUpAsync(lease, query, by, token), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (HasNoRows(fault))
        {
            return await _folding.Value.AddUpAsync(query, by, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task CatchUpAsync(IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        try
        {
            await TakeInAsync(long.MaxValue, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (HasNoRows(fault))
        {
            // Then every query reads the events.
        }
    }

    /// <summary>Writes the rows of streams again.</summary>
    public Task<long> RebuildAsync(IReadOnlyList<StreamName> streams, CancellationToken cancellationToken) => context.Connections.UseAsync(
        (lease, token) => _rows.RebuildAsync(lease.Connection, [.. streams.Where(RunRows.Has).Select(stream => stream.Value)], token),
        cancellationToken);

    /// <summary>Looks how far the log has come. What it returns is called when all rows were written again: lists need not look at these events any more.</summary>
    public async Task<Func<CancellationToken, Task>> BeginRebuildAsync(CancellationToken cancellationToken)
    {
        var reached = await context.Connections.UseAsync(
            async (lease, token) =>
            {
                var (position, newest) = await ReadTailAsync(lease, token).ConfigureAwait(false);
                var mark = new HighWaterMark(context.Options, context.Gaps, context.TimeProvider);
                mark.Begin(position > newest ? 0 : position);

                // What is held back by a running transaction is left to the next list.
                for (var look = 0; look < MostLooks && await mark.AdvanceAsync(lease.Connection, token).ConfigureAwait(false); look++)
                {
                }

                return mark.Value;
            },
            cancellationToken).ConfigureAwait(false);
        return ended => context.Connections.UseAsync(
            async (lease, token) =>
            {
                var move = Command(lease.Connection, "reach_run_tail").With(reached, NpgsqlDbType.Bigint);
                await using var _ = move.ConfigureAwait(false);
                return await move.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            },
            ended);
    }

    private Task<IReadOnlyList<RunSummary>> FindRowsAsync(IReadOnlyCollection<StreamName> streams, long mostEvents, CancellationToken cancellationToken)
    {
        string[] names = [.. streams.Select(stream => stream.Value).Distinct(StringComparer.Ordinal)];
        return context.Connections.UseAsync<IReadOnlyList<RunSummary>>(
            async (lease, token) =>
            {
                var summaries = new List<RunSummary>();
                foreach (var some in names.Chunk(RunRows.MostStreams))
                {
                    var rows = await _rows.LoadAsync(lease.Connection, lease.Transaction, some, token).ConfigureAwait(false);
                    var behind = TakeBehind(rows, ref mostEvents);
                    rows.RemoveAll(row => row.Missing > 0 || row.State is not { Version: > 0 });
                    rows.AddRange(await BringUpToDateAsync(lease, behind, token).ConfigureAwait(false));
                    var now = context.TimeProvider.GetUtcNow();
                    summaries.AddRange(rows.Select(row => row.ToSummary(now)));
                }

                return summaries;
            },
            cancellationToken);
    }

    private async Task<RunPage> QueryRowsAsync(RunQuery query, CancellationToken cancellationToken)
    {
        var place = query.After is { } after ? RunPlace.Parse(query.Sort, after) : null;
        var behind = await TakeInAsync(MostOfAQuery, null, cancellationToken).ConfigureAwait(false);
        var runs = await context.Connections.UseAsync(
            (lease, token) => _lists.ListAsync(lease, query, place, token), cancellationToken).ConfigureAwait(false);
        return new RunPage(
            [.. runs.Take(query.Limit)],
            runs.Count > query.Limit ? RunPlace.Of(query.Sort, runs[query.Limit - 1]).ToString() : null,
            behind);
    }

    /// <summary>The rows that lack events, as far as the number of those allows it.</summary>
    private static List<RunRow> TakeBehind(List<RunRow> rows, ref long mostEvents)
    {
        var taken = new List<RunRow>();
        foreach (var row in rows.Where(row => row.Missing > 0))
        {
            if (row.Missing <= mostEvents)
            {
                mostEvents -= row.Missing;
                taken.Add(row);
            }
        }

        return taken;
    }

    private async Task<List<RunRow>> BringUpToDateAsync(ConnectionSource.Lease lease, List<RunRow> behind, CancellationToken cancellationToken)
    {
        var stored = behind.FindAll(row => MayWrite && !row.IsForeign && RunRows.Has(row.Stream));
        var folded = behind.Except(stored).ToList();
        if (stored.Count > 0)
        {
            try
            {
                // A branch begins with what its ancestors cost, which the marks of their rows say.
                var ancestors = stored.Where(row => row.State is null).SelectMany(row => row.Lineage ?? []).Select(segment => segment.Stream);
                string[] streams = [.. stored.Select(row => row.Stream.Value)];
                await _rows.CatchUpAsync(lease.Connection, [.. ancestors.Distinct(StringComparer.Ordinal).Except(streams)], cancellationToken).ConfigureAwait(false);
                await _rows.CatchUpAsync(lease.Connection, streams, cancellationToken).ConfigureAwait(false);
                stored = await _rows.LoadAsync(lease.Connection, null, streams, cancellationToken).ConfigureAwait(false);

                // Another program may have written one meanwhile by rules of its own.
                folded.AddRange(stored.Where(row => row.Missing > 0));
                stored.RemoveAll(row => row.Missing > 0 || row.State is null);
            }
            catch (PostgresException refused) when (IsReadOnly(refused))
            {
                NoteRefusal();
                folded.AddRange(stored);
                stored = [];
            }
        }

        if (folded.Count > 0)
        {
            await _rows.FoldAsync(lease.Connection, lease.Transaction, folded, cancellationToken).ConfigureAwait(false);
        }

        return [.. stored, .. folded];
    }

    /// <summary>Takes in the events that the rows lack, up to a number of them.</summary>
    /// <returns>How many numbers of the log are left.</returns>
    private Task<long> TakeInAsync(long most, IProgress<long>? progress, CancellationToken cancellationToken) => _turns.TakeAsync(
        RunRows.Key,
        () => context.Connections.UseAsync(
            async (lease, token) =>
            {
                var (position, newest) = await ReadTailAsync(lease, token).ConfigureAwait(false);
                if (!MayWrite)
                {
                    return Math.Max(newest - position, 0);
                }

                try
                {
                    return await TakeInAsync(lease.Connection, position > newest ? 0 : position, newest, most, progress, token).ConfigureAwait(false);
                }
                catch (PostgresException refused) when (IsReadOnly(refused))
                {
                    NoteRefusal();
                    return Math.Max(newest - position, 0);
                }
            },
            cancellationToken),
        cancellationToken);

    private async Task<long> TakeInAsync(
        NpgsqlConnection connection, long position, long newest, long most, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var taken = await TakeStaleAsync(connection, most, cancellationToken).ConfigureAwait(false);
        if (position >= newest)
        {
            return await CountForeignAsync().ConfigureAwait(false);
        }

        // The place moves only past numbers that no transaction can still commit.
        var mark = new HighWaterMark(context.Options, context.Gaps, context.TimeProvider);
        mark.Begin(position);
        while (taken < most && position < newest)
        {
            await mark.AdvanceAsync(connection, cancellationToken).ConfigureAwait(false);
            if (mark.Value <= position)
            {
                break;
            }

            position = await TakePageAsync(mark.Value).ConfigureAwait(false);
            var move = Command(connection, "move_run_tail").With(position, NpgsqlDbType.Bigint);
            await using var _ = move.ConfigureAwait(false);
            await move.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        while (taken < most && position < newest)
        {
            position = await TakePageAsync(newest).ConfigureAwait(false);
        }

        return Math.Max(newest - position, 0) + await CountForeignAsync().ConfigureAwait(false);

        async Task<long> CountForeignAsync()
        {
            var count = Command(connection, "runs_behind").WithText(_rulesName);
            await using var _ = count.ConfigureAwait(false);
            return (long)(await count.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }

        async Task<long> TakePageAsync(long ceiling)
        {
            var rows = (int)Math.Min(PageRows, Math.Max(most - taken, 1));
            var (reached, events, streams) = await _rows.ReadPageAsync(connection, position, ceiling, rows, cancellationToken).ConfigureAwait(false);
            await _rows.CatchUpAsync(connection, streams, cancellationToken).ConfigureAwait(false);
            taken += events;
            progress?.Report(taken);
            return reached;
        }
    }

    private async Task<(long Position, long Newest)> ReadTailAsync(ConnectionSource.Lease lease, CancellationToken cancellationToken)
    {
        var command = context.Command(lease, "run_tail").WithText(RunRows.Shard);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (reader.GetInt64(0), reader.GetInt64(1)) : (0, 0);
    }

    private async Task<long> TakeStaleAsync(NpgsqlConnection connection, long most, CancellationToken cancellationToken)
    {
        var taken = 0L;
        while (await ReadStaleAsync(connection, cancellationToken).ConfigureAwait(false) is { Count: > 0 } stale)
        {
            var events = await _rows.CatchUpAsync(connection, stale, cancellationToken).ConfigureAwait(false);
            taken += events;
            if (events == 0 || taken >= most)
            {
                break;
            }
        }

        return taken;
    }

    private async Task<List<string>> ReadStaleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = Command(connection, "stale_runs").With(MostStale, NpgsqlDbType.Integer).WithText(_rulesName);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var stale = new List<string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            stale.Add(reader.GetString(0));
        }

        return stale;
    }

    /// <summary>Whether rows can be written, as far as is known: on a connection of the caller they would be part of its transaction.</summary>
    public bool MayWrite => context.Connections.IsPool
        && (Volatile.Read(ref _refusedAt) is var at && (at == 0 || context.TimeProvider.GetElapsedTime(at) > Refused));

    private void NoteRefusal() => Volatile.Write(ref _refusedAt, context.TimeProvider.GetTimestamp());

    /// <summary>Whether a failure says that there are no rows, or none that the role may read. On a connection of the caller the transaction has failed with it.</summary>
    public bool HasNoRows(PostgresException fault) => context.Connections.IsPool
        && fault.SqlState is (PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InsufficientPrivilege);

    private static bool IsReadOnly(PostgresException refused) =>
        refused.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.InsufficientPrivilege;

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, context.Options.Schemas), connection) { CommandTimeout = context.Options.CommandTimeoutSeconds };
}
