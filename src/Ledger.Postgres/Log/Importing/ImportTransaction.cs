using System.Data;
using System.Text;
using Ledger.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Worlds.Writing;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Log.Importing;

/// <summary>Writes one batch of an import in one transaction, in the order of <c>append_v1</c>: streams created, locked, ids looked up,
/// numbers drawn, events inserted, streams updated, projections applied.</summary>
internal sealed class ImportTransaction(
    NpgsqlConnection connection,
    AppendStatements statements,
    PostgresOptions options,
    CopyBatch batch)
{
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;

    // As many are created without asking first whether they exist.
    private const int MostToCreate = 16;

    private readonly Dictionary<StreamName, ImportedStream> _streams = [];
    private long _copiedBytes;

    /// <summary>The result of the transaction, set when it begins to commit; null before.</summary>
    public ImportOutcome? Outcome { get; private set; }

    /// <summary>Runs the transaction.</summary>
    /// <param name="lookup">When to look for ids that are in the log; otherwise an existing event fails with a unique violation.</param>
    /// <param name="cancellationToken">Rolls it back.</param>
    public async Task<ImportOutcome> RunAsync(IdLookup lookup, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var streams = ListStreams();
        string[] names = [.. streams.Select(s => s.Name.Value)];
        var projections = statements.ImportProjections.For(names);
        var worlds = batch.Count >= WorldWork.FewestEvents && projections.WriteWorldsAlone ? new WorldWork(options, () => true) : null;
        var drawn = await BeginAsync(transaction, projections, streams, names, lookup, cancellationToken).ConfigureAwait(false);
        HashSet<Guid> known = [];
        if (lookup == IdLookup.Always || Array.Exists(streams, s => s.IsArchived || (lookup == IdLookup.InStreamsWithEvents && s.Before > 0)))
        {
            known = await FindKnownAsync(cancellationToken).ConfigureAwait(false);
        }

        if (known.Count == batch.Count)
        {
            return new ImportOutcome(0, known.Count, 0, 0);
        }

        await CopyAsync(known, worlds, drawn, cancellationToken).ConfigureAwait(false);
        var grown = _streams.Values.Where(s => s.Version > s.Before).ToArray();
        await (worlds is null ? projections : projections.With(worlds)).ApplyAsync(
            [UpdateStreams(grown)],
            last =>
            {
                Outcome = new ImportOutcome(batch.Count - known.Count, known.Count, grown.Count(s => s.Before == 0), _copiedBytes);
                last.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("commit_projections")));
            },
            connection,
            transaction,
            options.CommandTimeoutSeconds,
            cancellationToken).ConfigureAwait(false);
        return Outcome!;
    }

    /// <summary>Begins in one round trip: locks what projections and writers of the streams lock, and draws the numbers, if all events are taken to be new.</summary>
    private async Task<(DateTime Moment, long[] Numbers)?> BeginAsync(
        NpgsqlTransaction transaction, InlineProjections projections, ImportedStream[] streams, string[] names, IdLookup lookup, CancellationToken cancellationToken)
    {
        var begin = new NpgsqlBatch(connection, transaction) { Timeout = options.CommandTimeoutSeconds };
        await using var _ = begin.ConfigureAwait(false);
        Add(begin, "import_begin").WithTexts(projections.Keys);
        if (names.Length <= MostToCreate)
        {
            Add(begin, "import_create_streams").WithTexts(names);
        }

        Add(begin, "import_lock_streams").WithTexts(names);
        if (lookup == IdLookup.Never)
        {
            Add(begin, "import_draw_numbers").With(batch.Count, NpgsqlDbType.Integer);
        }

        (DateTime, long[])? drawn = null;
        var locked = 0;
        await begin.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await begin.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            locked = await ReadLockedAsync(reader, streams, cancellationToken).ConfigureAwait(false);
            if (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
            {
                drawn = await ReadDrawnAsync(reader, cancellationToken).ConfigureAwait(false);
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        if (locked < streams.Length)
        {
            await LockStreamsAsync(streams, names, cancellationToken).ConfigureAwait(false);
        }

        return drawn;
    }

    private ImportedStream[] ListStreams()
    {
        var last = default(StreamName);
        foreach (ref readonly var row in batch.Events)
        {
            if (row.Stream != last)
            {
                _streams.TryAdd(row.Stream, new ImportedStream(row.Stream));
                last = row.Stream;
            }
        }

        return [.. _streams.Values];
    }

    private async Task LockStreamsAsync(ImportedStream[] streams, string[] names, CancellationToken cancellationToken)
    {
        // A refused append may delete a row that it had created, in between.
        do
        {
            var create = Load("import_create_streams");
            await using var _ = create.ConfigureAwait(false);
            create.With(names, Texts);
            await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        while (await LockAsync(streams, names, cancellationToken).ConfigureAwait(false) < streams.Length);
    }

    private async Task<int> LockAsync(ImportedStream[] streams, string[] names, CancellationToken cancellationToken)
    {
        var command = Load("import_lock_streams").With(names, Texts);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await ReadLockedAsync(reader, streams, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> ReadLockedAsync(NpgsqlDataReader reader, ImportedStream[] streams, CancellationToken cancellationToken)
    {
        var count = 0;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            streams[reader.GetInt64(0) - 1].Set(reader.GetInt64(1), reader.GetFieldValue<DateTime>(2), reader.GetBoolean(3));
            count++;
        }

        return count;
    }

    /// <summary>The ids of the events that are in their streams already.</summary>
    private async Task<HashSet<Guid>> FindKnownAsync(CancellationToken cancellationToken)
    {
        var ids = new Guid[batch.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = batch.Events[i].Id;
        }

        var command = Load("import_find_events").With(ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var indexes = new Dictionary<Guid, int>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            indexes.Add(batch.Events[i].Id, i);
        }

        var known = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var id = reader.GetGuid(0);
            CheckRepeated(indexes[id], reader.GetString(1), reader.GetString(2), Encoding.UTF8.GetBytes(reader.GetString(3)));
            known.Add(id);
        }

        return known;
    }

    private void CheckRepeated(int index, string holder, string type, byte[] json)
    {
        ref readonly var row = ref batch.Events[index];
        EventIdConflict? conflict = holder != row.Stream.Value ? EventIdConflict.OtherStream
            : batch.IsSame(row, type, json) ? null
            : EventIdConflict.OtherContent;
        if (conflict is { } reason)
        {
            throw new EventIdInUseException(row.Stream, row.Id, new StreamName(holder), reason, row.ForeignId);
        }
    }

    private async Task CopyAsync(HashSet<Guid> known, WorldWork? worlds, (DateTime Moment, long[] Numbers)? drawn, CancellationToken cancellationToken)
    {
        foreach (ref readonly var row in batch.Events)
        {
            if (_streams[row.Stream].IsArchived && !known.Contains(row.Id))
            {
                throw new StreamArchivedException(row.Stream);
            }
        }

        var (moment, numbers) = drawn ?? await DrawNumbersAsync(batch.Count - known.Count, cancellationToken).ConfigureAwait(false);
        var runs = Complete(known, worlds, moment, numbers);
        var copy = await CopyStream.BeginAsync(connection, "import_copy_events", options, cancellationToken).ConfigureAwait(false);
        await using var _ = copy.ConfigureAwait(false);
        foreach (var (first, count) in runs)
        {
            await copy.WriteAsync(batch.RowsOf(first, count), cancellationToken).ConfigureAwait(false);
        }

        await copy.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Assigns numbers, versions and times to the new events; returns the runs of new events.</summary>
    private List<(int First, int Count)> Complete(HashSet<Guid> known, WorldWork? worlds, DateTime moment, long[] numbers)
    {
        var runs = new List<(int First, int Count)>();
        var (stream, drawn) = (default(ImportedStream), 0);
        var events = batch.Events;
        for (var i = 0; i < events.Length; i++)
        {
            ref readonly var row = ref events[i];
            if (known.Contains(row.Id))
            {
                continue;
            }

            stream = stream is not null && stream.Name == row.Stream ? stream : _streams[row.Stream];
            var version = stream.Grow(moment);
            batch.Complete(i, numbers[drawn++], version, stream.Time);
            worlds?.Add(row.Stream, row.Type, batch.JsonOf(row));
            _copiedBytes += row.JsonBytes;
            if (runs.Count > 0 && runs[^1] is var (first, count) && first + count == i)
            {
                runs[^1] = (first, count + 1);
            }
            else
            {
                runs.Add((i, 1));
            }
        }

        return runs;
    }

    private async Task<(DateTime Moment, long[] Numbers)> DrawNumbersAsync(int count, CancellationToken cancellationToken)
    {
        var command = Load("import_draw_numbers").With(count, NpgsqlDbType.Integer);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await ReadDrawnAsync(reader, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<(DateTime Moment, long[] Numbers)> ReadDrawnAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (reader.GetFieldValue<DateTime>(0), reader.GetFieldValue<long[]>(1));
    }

    private NpgsqlBatchCommand UpdateStreams(ImportedStream[] grown)
    {
        var command = new NpgsqlBatchCommand(SqlText.Load("import_update_streams", options.Schemas));
        command.Parameters
            .WithTexts([.. grown.Select(s => s.Name.Value)])
            .With(grown.Select(s => s.Version).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(grown.Select(s => s.Time).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz)
            .With(grown.Select(s => s.Before).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        return command;
    }

    private NpgsqlParameterCollection Add(NpgsqlBatch to, string name)
    {
        var command = new NpgsqlBatchCommand(SqlText.Load(name, options.Schemas));
        to.BatchCommands.Add(command);
        return command.Parameters;
    }

    private NpgsqlCommand Load(string name) => Command(SqlText.Load(name, options.Schemas));

    private NpgsqlCommand Command(string sql) => new(sql, connection) { CommandTimeout = options.CommandTimeoutSeconds };
}
