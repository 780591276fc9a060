using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Runs;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Runs;

/// <summary>Reads and writes the rows of run summaries on connections of others. Safe for concurrent use.</summary>
internal sealed partial class RunRows(PostgresOptions options)
{
    /// <summary>The key of the rows among Ledger's projections.</summary>
    public const string Key = "ledger:runs";

    /// <summary>How many streams a transaction takes.</summary>
    public const int MostStreams = 500;

    /// <summary>The progress of the daemon.</summary>
    public static readonly string Shard = ShardNames.Of(Key);

    /// <summary>The number of the list of types whose events marks name.</summary>
    public static readonly int CallsOf = BinaryPrimitives.ReadInt32BigEndian(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', RunFold.CallTypes.Order(StringComparer.Ordinal)))));

    // A transaction should not keep those that rewrite events waiting for long.
    private const long MostEvents = 50_000;

    // Without rules of the application most events of a long run are passed over on the server.
    private const long MostPassed = 500_000;
    private const long MarkEvery = 1_000;

    private static readonly string[] Ends = ["llm.response", "tool.returned", "call.returned", "call.failed", "call.answered", "llm.usage", RecordingEnd.EventType];

    private readonly IReadOnlyList<RunRule> _rules = options.Limits.RunRules;
    private readonly string _rulesName = NameOf(options.Limits);
    private readonly string[]? _types = RunFold.TypesFor(options.Limits.RunRules);

    /// <summary>The name under which rows are stored: empty without rules.</summary>
    public static string NameOf(AgentLedgerOptions limits) => limits switch
    {
        { RunRules.Count: 0 } => "",
        { RunRulesName.Length: > 0 } => limits.RunRulesName,
        _ => "rules",
    };

    /// <summary>Whether a stream has a row.</summary>
    public static bool Has(StreamName stream) => Array.Exists(RunSummaries.Prefixes, prefix => stream.Value.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Reads streams with their states.</summary>
    public async Task<List<RunRow>> LoadAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyCollection<string> streams, CancellationToken cancellationToken)
    {
        var command = Command(connection, transaction, "load_runs").With(streams.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        await using var _ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var rows = new List<RunRow>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var isStored = !reader.IsDBNull(3) && reader.GetInt64(3) > 0;
            var rules = isStored ? reader.GetString(7) : "";
            var segments = reader.IsDBNull(5)
                ? null
                : reader.GetFieldValue<string[]>(5).Zip(reader.GetFieldValue<long[]>(6), (stream, taken) => new LineageSegment(stream, taken)).ToList();
            rows.Add(new RunRow(
                new StreamName(reader.GetString(0)), reader.GetInt64(1), isStored && (_rulesName.Length == 0 || rules == _rulesName) ? Read(reader.GetFieldValue<byte[]>(4)) : null, segments)
            {
                IsArchived = reader.GetBoolean(2),
                IsForeign = rules.Length > 0 && rules != _rulesName,
            });
        }

        return rows;
    }

    /// <summary>Brings the rows of streams up to date, some events in a transaction at a time.</summary>
    /// <param name="connection">The connection, which is in no transaction.</param>
    /// <param name="streams">The streams, without repetitions.</param>
    /// <param name="cancellationToken">Stops; what was written stays.</param>
    /// <returns>How many events were taken in.</returns>
    public async Task<long> CatchUpAsync(NpgsqlConnection connection, IReadOnlyList<string> streams, CancellationToken cancellationToken)
    {
        var events = 0L;
        foreach (var some in streams.Chunk(MostStreams))
        {
            while (await AdvanceAsync(connection, some, isAnew: false, cancellationToken).ConfigureAwait(false) is var (taken, isDone))
            {
                events += taken;
                if (isDone)
                {
                    break;
                }
            }
        }

        return events;
    }

    /// <summary>Writes the rows of streams again from their first events.</summary>
    /// <returns>How many events they have.</returns>
    public async Task<long> RebuildAsync(NpgsqlConnection connection, IReadOnlyList<string> streams, CancellationToken cancellationToken)
    {
        var events = 0L;
        foreach (var some in streams.Chunk(MostStreams))
        {
            var (taken, _) = await AdvanceAsync(connection, some, isAnew: true, cancellationToken).ConfigureAwait(false);
            events += taken + await CatchUpAsync(connection, some, cancellationToken).ConfigureAwait(false);
        }

        return events;
    }

    /// <summary>Takes in what rows lack, in memory alone.</summary>
    public async Task FoldAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<RunRow> rows, CancellationToken cancellationToken)
    {
        var marks = new List<RunMark>();
        do
        {
            await FoldSomeAsync(connection, transaction, rows, marks, cancellationToken).ConfigureAwait(false);
            marks.Clear();
        }
        while (rows.Any(row => row.Missing > 0));
    }

    /// <summary>The runs and branches of a page of the log.</summary>
    public async Task<(long Reached, long Events, List<string> Streams)> ReadPageAsync(
        NpgsqlConnection connection, long from, long ceiling, int rows, CancellationToken cancellationToken)
    {
        var command = Command(connection, null, "run_page")
            .With(from, NpgsqlDbType.Bigint)
            .With(ceiling, NpgsqlDbType.Bigint)
            .With(rows, NpgsqlDbType.Integer);
        await using var _ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var (reached, events, streams) = (ceiling, 0L, new List<string>());
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            (reached, events) = (reader.GetInt64(0), reader.GetInt64(1));
            if (!reader.IsDBNull(2))
            {
                streams.Add(reader.GetString(2));
            }
        }

        return (reached, events, streams);
    }

    /// <summary>A state as it was stored.</summary>
    public static RunState Read(byte[] json) => RunStateJson.Read(json);

    private async Task<(long Events, bool IsDone)> AdvanceAsync(
        NpgsqlConnection connection, IReadOnlyList<string> streams, bool isAnew, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        await ExecuteAsync(Command(connection, transaction, "begin_runs"), cancellationToken).ConfigureAwait(false);
        var names = streams.ToArray();
        var hold = Command(connection, transaction, "lock_runs").With(names, NpgsqlDbType.Array | NpgsqlDbType.Text);
        await ExecuteAsync(hold, cancellationToken).ConfigureAwait(false);
        var rows = await LoadAsync(connection, transaction, streams, cancellationToken).ConfigureAwait(false);
        if (isAnew)
        {
            rows.ForEach(row => row.State = null);
        }

        // Marks that were written in other places would stand between the new ones.
        var again = rows.Where(row => row.State is null && !(row.IsForeign && !isAnew) && row.Version >= MarkEvery).Select(row => row.Stream.Value).ToArray();
        if (again.Length > 0)
        {
            var forget = Command(connection, transaction, "delete_run_marks").With(again, NpgsqlDbType.Array | NpgsqlDbType.Text);
            await ExecuteAsync(forget, cancellationToken).ConfigureAwait(false);
        }

        rows.RemoveAll(row => row.Missing <= 0);
        if (!isAnew && rows.Exists(row => row.IsForeign))
        {
            // The position of this program passes events that they lack.
            var note = Command(connection, transaction, "note_runs_behind")
                .With(rows.Where(row => row.IsForeign).Select(row => row.Stream.Value).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
            await ExecuteAsync(note, cancellationToken).ConfigureAwait(false);
            rows.RemoveAll(row => row.IsForeign);
        }

        var (missing, marks) = (rows.Sum(row => row.Missing), new List<RunMark>());
        await FoldSomeAsync(connection, transaction, rows, marks, cancellationToken).ConfigureAwait(false);
        await WriteAsync(connection, transaction, [.. rows.Where(row => row.State is { Version: > 0 })], marks, isAnew, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        var left = rows.Sum(row => row.Missing);
        return (missing - left, left == 0);
    }

    /// <summary>Takes in the next events of rows, up to a limit.</summary>
    private async Task FoldSomeAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<RunRow> rows, List<RunMark> marks, CancellationToken cancellationToken)
    {
        await BeginAsync(connection, transaction, [.. rows.Where(row => row.State is null)], cancellationToken).ConfigureAwait(false);
        var (parts, folds, left) = (new List<StreamPart>(), new Dictionary<string, RunFold>(StringComparer.Ordinal), _types is null ? MostEvents : MostPassed);
        foreach (var row in rows.Where(row => row.Missing > 0))
        {
            if (left == 0)
            {
                break;
            }

            var some = Math.Min(left, row.Missing);
            left -= some;
            parts.Add(new StreamPart(row.Stream.Value, row.State!.Version, row.State.Version + some, row.State.Question is not null && _types is not null));
            folds.Add(row.Stream.Value, new RunFold(row.Stream, row.State, _rules));
        }

        var last = default(RecordedEvent);
        var read = await ReadAsync(
            connection,
            transaction,
            parts,
            _types,
            recorded =>
            {
                last = recorded;
                var fold = folds[recorded.Stream.Value];
                var before = fold.State.Version;
                fold.Take(recorded);
                if (fold.State.Version / MarkEvery > before / MarkEvery)
                {
                    marks.Add(new RunMark(recorded.Stream.Value, fold.State.Version, fold.State.Own));
                }
            },
            cancellationToken).ConfigureAwait(false);

        // Their last events are always read; one that is gone must not be waited for.
        foreach (var part in parts)
        {
            if (read == MostEvents && part.Stream == last?.Stream.Value)
            {
                // The limit of the statement was reached in this stream; those after it have not begun.
                break;
            }

            folds[part.Stream].State.Version = Math.Max(folds[part.Stream].State.Version, part.Last);
        }
    }

    /// <summary>Begins rows at their first events; a branch with what its prefix cost.</summary>
    private async Task BeginAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<RunRow> rows, CancellationToken cancellationToken)
    {
        var segments = rows.SelectMany(row => row.Lineage ?? []).Distinct().ToList();
        var totals = await AddUpAsync(connection, transaction, segments, cancellationToken).ConfigureAwait(false);
        foreach (var row in rows)
        {
            row.State = new RunState
            {
                PrefixLength = row.Lineage?.Sum(segment => segment.Taken) ?? 0,
                Prefix = row.Lineage?.Aggregate(RunningTotals.None, (sum, segment) => sum.Plus(totals[segment])),
            };
        }
    }

    /// <summary>What the calls in parts of streams cost: the last mark, and the events after it.</summary>
    private async Task<Dictionary<LineageSegment, RunningTotals>> AddUpAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, List<LineageSegment> segments, CancellationToken cancellationToken)
    {
        var totals = new Dictionary<LineageSegment, RunningTotals>();
        if (segments.Count == 0)
        {
            return totals;
        }

        var rest = new List<(LineageSegment Segment, long From)>();
        var command = Command(connection, transaction, "run_marks")
            .With(segments.Select(s => s.Stream).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(segments.Select(s => s.Taken).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = reader.ConfigureAwait(false);
            foreach (var segment in segments)
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var from = reader.IsDBNull(0) ? 0 : reader.GetInt64(0);
                totals[segment] = from == 0
                    ? RunningTotals.None
                    : RunStateJson.ReadTotals(reader.GetFieldValue<byte[]>(1));
                rest.Add((segment, from));
            }
        }

        foreach (var (segment, from) in rest.Where(r => r.From < r.Segment.Taken))
        {
            await ReadAsync(
                connection,
                transaction,
                [new StreamPart(segment.Stream, from, segment.Taken, WithoutPrompts: true)],
                Ends,
                recorded => totals[segment] = totals[segment].Plus(RunningTotals.Of(recorded)),
                cancellationToken,
                most: long.MaxValue).ConfigureAwait(false);
        }

        return totals;
    }

    /// <returns>How many events were read; <see cref="MostEvents"/> where more may follow.</returns>
    private async Task<long> ReadAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        IReadOnlyList<StreamPart> parts,
        string[]? types,
        Action<RecordedEvent> take,
        CancellationToken cancellationToken,
        long most = MostEvents)
    {
        if (parts.Count == 0)
        {
            return 0;
        }

        var command = Command(connection, transaction, "run_events")
            .With(parts.Select(p => p.Stream).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(parts.Select(p => p.After).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(parts.Select(p => p.Last).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.WithTexts(types)
            .With(parts.Select(p => p.WithoutPrompts).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Boolean)
            .With(most, NpgsqlDbType.Bigint);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var (row, rows, stream) = (new EventRow(options.Registry), 0L, default(StreamName));
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            stream = reader.GetString(0) is var name && name != stream.Value ? new StreamName(name) : stream;
            take(row.Read(reader, stream, position: null));
            rows++;
        }

        return rows;
    }

    private static async Task ExecuteAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql) =>
        new(SqlText.Load(sql, options.Schemas), connection, transaction) { CommandTimeout = options.CommandTimeoutSeconds };

    /// <summary>Events of a stream; without what models were asked, which grows with every question, once the first one is known.</summary>
    private sealed record StreamPart(string Stream, long After, long Last, bool WithoutPrompts);

    private sealed record RunMark(string Stream, long Version, RunningTotals Totals);
}
