using System.Data;
using Ledger.Postgres.Appending;
using Ledger.Postgres.Projections;
using Ledger.Postgres.Streams;
using Ledger.Streams;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Importing;

/// <summary>Writes one batch of an import in one transaction, in the order of <c>append_v1</c>: streams created, locked, ids looked up,
/// numbers drawn, events inserted, streams updated, projections applied.</summary>
internal sealed class ImportTransaction(
    NpgsqlConnection connection,
    AppendStatements statements,
    PostgresOptions options,
    ImportBatch batch)
{
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;

    private readonly Dictionary<StreamName, ImportedStream> _streams = [];

    /// <summary>What the transaction did, as soon as it begins to commit; null before.</summary>
    public ImportOutcome? Outcome { get; private set; }

    /// <summary>Runs it.</summary>
    /// <param name="looksUp">Whether to look for ids that are in the log; without, an event that is there fails as a unique violation.</param>
    /// <param name="cancellationToken">Rolls it back.</param>
    public async Task<ImportOutcome> RunAsync(bool looksUp, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var streams = ListStreams();
        string[] names = [.. streams.Select(s => s.Name.Value)];
        var projections = statements.Projections.For(names);
        await BeginAsync(projections, cancellationToken).ConfigureAwait(false);
        await LockStreamsAsync(streams, names, cancellationToken).ConfigureAwait(false);
        var events = batch.Events;
        if (looksUp || _streams.Values.Any(s => s.IsArchived))
        {
            events = await FindNewAsync(cancellationToken).ConfigureAwait(false);
        }

        var known = batch.Events.Count - events.Count;
        if (events.Count == 0)
        {
            return new ImportOutcome(0, known, 0, 0);
        }

        foreach (var item in events)
        {
            if (_streams[item.Stream].IsArchived)
            {
                throw new StreamArchivedException(item.Stream);
            }
        }

        await CopyAsync(events, cancellationToken).ConfigureAwait(false);
        var grown = _streams.Values.Where(s => s.Version > s.Before).ToArray();
        await UpdateStreamsAsync(grown, cancellationToken).ConfigureAwait(false);
        await projections.ApplyAsync(connection, transaction, options.CommandTimeoutSeconds, cancellationToken).ConfigureAwait(false);
        Outcome = new ImportOutcome(
            events.Count, known, grown.Count(s => s.Before == 0), events.Sum(e => (long)e.Event.Serialized.Json.Length));
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
        foreach (var item in batch.Events)
        {
            if (!_streams.ContainsKey(item.Stream))
            {
                _streams.Add(item.Stream, new ImportedStream(item.Stream));
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

    private async Task<List<ImportBatch.Item>> FindNewAsync(CancellationToken cancellationToken)
    {
        var command = Load("import_find_events").With(batch.Events.Select(e => e.Event.Id).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var holders = new Dictionary<Guid, string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            holders.Add(reader.GetGuid(0), reader.GetString(1));
        }

        return holders.Count == 0 ? batch.Events : [.. batch.Events.Where(IsNew)];

        bool IsNew(ImportBatch.Item item)
        {
            if (!holders.TryGetValue(item.Event.Id, out var holder))
            {
                return true;
            }

            return holder == item.Stream.Value
                ? false
                : throw new EventIdInUseException(item.Stream, item.Event.Id, new StreamName(holder));
        }
    }

    private async Task CopyAsync(List<ImportBatch.Item> events, CancellationToken cancellationToken)
    {
        var (moment, numbers) = await DrawNumbersAsync(events.Count, cancellationToken).ConfigureAwait(false);
        var importer = await connection.BeginBinaryImportAsync(CopyStatement(), cancellationToken).ConfigureAwait(false);
        await using var _ = importer.ConfigureAwait(false);
        importer.Timeout = options.CommandTimeout;
        for (var i = 0; i < events.Count; i++)
        {
            var stream = _streams[events[i].Stream];
            var version = stream.Grow(moment);
            await importer.WriteEventAsync(events[i], numbers[i], version, stream.Time, cancellationToken).ConfigureAwait(false);
        }

        await importer.CompleteAsync(cancellationToken).ConfigureAwait(false);
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
            .With(grown.Select(s => s.Time).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    // Npgsql wants the text to begin with the word.
    private string CopyStatement()
    {
        var sql = SqlText.Load("import_copy_events", options.Schemas);
        return sql[(sql.IndexOf("\ncopy", StringComparison.Ordinal) + 1)..];
    }

    private NpgsqlCommand Load(string name) => Command(SqlText.Load(name, options.Schemas));

    private NpgsqlCommand Command(string sql) => new(sql, connection) { CommandTimeout = options.CommandTimeoutSeconds };
}
