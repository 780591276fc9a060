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
        await BeginAsync(projections, cancellationToken).ConfigureAwait(false);
        await LockStreamsAsync(streams, names, cancellationToken).ConfigureAwait(false);
        HashSet<Guid> known = [];
        if (lookup == IdLookup.Always || Array.Exists(streams, s => s.IsArchived || (lookup == IdLookup.InStreamsWithEvents && s.Before > 0)))
        {
            known = await FindKnownAsync(cancellationToken).ConfigureAwait(false);
        }

        if (known.Count == batch.Count)
        {
            return new ImportOutcome(0, known.Count, 0, 0);
        }

        await CopyAsync(known, worlds, cancellationToken).ConfigureAwait(false);
        var grown = _streams.Values.Where(s => s.Version > s.Before).ToArray();
        await UpdateStreamsAsync(grown, cancellationToken).ConfigureAwait(false);
        await (worlds is null ? projections : projections.With(worlds)).ApplyAsync(connection, transaction, options.CommandTimeoutSeconds, cancellationToken).ConfigureAwait(false);
        Outcome = new ImportOutcome(
            batch.Count - known.Count, known.Count, grown.Count(s => s.Before == 0), _copiedBytes);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return Outcome;
    }

    private async Task BeginAsync(InlineProjections projections, CancellationToken cancellationToken)
    {
        var command = Load("import_begin");
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.WithTexts(projections.Keys);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
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
        while (await LockAsync(streams, names, cancellationToken).ConfigureAwait(false) < streams.Length)
        {
            var create = Load("import_create_streams");
            await using var _ = create.ConfigureAwait(false);
            create.With(names, Texts);
            await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<int> LockAsync(ImportedStream[] streams, string[] names, CancellationToken cancellationToken)
    {
        var command = Load("import_lock_streams").With(names, Texts);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
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

    private async Task CopyAsync(HashSet<Guid> known, WorldWork? worlds, CancellationToken cancellationToken)
    {
        foreach (ref readonly var row in batch.Events)
        {
            if (_streams[row.Stream].IsArchived && !known.Contains(row.Id))
            {
                throw new StreamArchivedException(row.Stream);
            }
        }

        var (moment, numbers) = await DrawNumbersAsync(batch.Count - known.Count, cancellationToken).ConfigureAwait(false);
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
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (reader.GetFieldValue<DateTime>(0), reader.GetFieldValue<long[]>(1));
    }

    private async Task UpdateStreamsAsync(ImportedStream[] grown, CancellationToken cancellationToken)
    {
        var command = Load("import_update_streams")
            .With(grown.Select(s => s.Name.Value).ToArray(), Texts)
            .With(grown.Select(s => s.Version).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(grown.Select(s => s.Time).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz)
            .With(grown.Select(s => s.Before).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlCommand Load(string name) => Command(SqlText.Load(name, options.Schemas));

    private NpgsqlCommand Command(string sql) => new(sql, connection) { CommandTimeout = options.CommandTimeoutSeconds };
}
