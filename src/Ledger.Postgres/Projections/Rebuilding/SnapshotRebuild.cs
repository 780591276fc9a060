using Ledger.Events;
using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>Folds streams one after the other, each whole, and copies their documents into the new table.</summary>
/// <remarks>No document is read or written twice, and streams do not depend on each other, so several of these work side by side.</remarks>
internal sealed class SnapshotRebuild(Projection projection, RebuildTarget target, int parts, PostgresOptions options)
{
    private const int PageStreams = 1_000;

    private readonly ISnapshot _snapshot = (ISnapshot)projection;
    private readonly string _streams = SqlText.Load("rebuild_streams", options.Schemas);
    private readonly string _events = SqlText.Load("rebuild_events", options.Schemas);
    private readonly string[]? _types = TypesOf(projection, options.Registry);

    /// <summary>Rebuilds one part.</summary>
    public async Task RunAsync(NpgsqlConnection connection, RebuildPart part, Action<long> report, CancellationToken cancellationToken)
    {
        while (!part.IsDone)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var streams = await ListAsync(connection, part, cancellationToken).ConfigureAwait(false);
            if (streams.Count == 0)
            {
                part = part with { IsDone = true };
                await WriteAsync(connection, part, [], cancellationToken).ConfigureAwait(false);
                return;
            }

            foreach (var page in PagesOf(streams))
            {
                var documents = await FoldAsync(connection, page, cancellationToken).ConfigureAwait(false);
                var events = page.Sum(s => s.Version);
                part = part with { Reached = page[^1].Stream, Events = part.Events + events };
                await WriteAsync(connection, part, documents, cancellationToken).ConfigureAwait(false);
                report(events);
            }
        }
    }

    private static string[]? TypesOf(Projection projection, EventRegistry registry) =>
        projection.EventTypes.Count == 0 || projection.EventTypes.Contains(typeof(UntypedEvent)) ? null : registry.NamesOf(projection.EventTypes);

    /// <summary>Parts streams so that each page has the events of one query, or is one stream alone.</summary>
    private static IEnumerable<List<(string Stream, long Version)>> PagesOf(List<(string Stream, long Version)> streams)
    {
        var (page, events) = (new List<(string, long)>(), 0L);
        foreach (var stream in streams)
        {
            if (page.Count > 0 && events + stream.Version > RebuildWork.PageRows)
            {
                yield return page;
                (page, events) = ([], 0);
            }

            page.Add(stream);
            events += stream.Version;
        }

        yield return page;
    }

    private async Task<List<(string Stream, long Version)>> ListAsync(
        NpgsqlConnection connection, RebuildPart part, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(_streams, connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        command.WithText(part.Reached)
            .WithText(projection.StreamPrefix)
            .With(part.Number, NpgsqlDbType.Integer)
            .With(parts, NpgsqlDbType.Integer)
            .With(false, NpgsqlDbType.Boolean)
            .With(PageStreams, NpgsqlDbType.Integer);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var streams = new List<(string, long)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            streams.Add((reader.GetString(0), reader.GetInt64(1)));
        }

        return streams;
    }

    private async Task<List<(string Stream, long Version, ReadOnlyMemory<byte> Json)>> FoldAsync(
        NpgsqlConnection connection,
        List<(string Stream, long Version)> page,
        CancellationToken cancellationToken)
    {
        var documents = new List<(string, long, ReadOnlyMemory<byte>)>(page.Count);
        var next = 0;
        var fold = _snapshot.BeginFold(_snapshot.Initial);
        RecordedEvent? last = null;
        for (var before = 0L; before == 0 || before < page[0].Version; before += RebuildWork.PageRows)
        {
            // A long stream is alone, and is read in several queries.
            await ReadAsync(connection, page, before, Take, cancellationToken).ConfigureAwait(false);
        }

        EndBefore(page.Count);
        return documents;

        void Take(string stream, RecordedEvent recorded)
        {
            if (next >= page.Count || page[next].Stream != stream)
            {
                EndBefore(page.FindIndex(next, s => s.Stream == stream));
            }

            fold.Apply(recorded);
            last = recorded;
        }

        // A stream without events that count has a document too.
        void EndBefore(int end)
        {
            for (; next < end; next++)
            {
                documents.Add((page[next].Stream, page[next].Version, Write(fold.State, last)));
                (fold, last) = (_snapshot.BeginFold(_snapshot.Initial), null);
            }
        }
    }

    private ReadOnlyMemory<byte> Write(object state, RecordedEvent? last)
    {
        try
        {
            return _snapshot.Write(state);
        }
        catch (Exception fault) when (last is not null)
        {
            throw new ProjectionFailedException(projection.Name, last, fault);
        }
    }

    private async Task ReadAsync(
        NpgsqlConnection connection,
        List<(string Stream, long Version)> page,
        long before,
        Action<string, RecordedEvent> take,
        CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(_events, connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        command.With(page.Select(s => s.Stream).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(page.Select(_ => before).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(page.Select(s => Math.Min(s.Version, before + RebuildWork.PageRows)).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        command.Parameters.WithTexts(_types);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var row = new EventRow(options.Registry);
        var stream = default(StreamName);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var name = reader.GetString(0);
            if (name != stream.Value)
            {
                stream = new StreamName(name);
            }

            take(stream.Value, row.Read(reader, stream, position: null));
        }
    }

    private async Task WriteAsync(
        NpgsqlConnection connection,
        RebuildPart part,
        List<(string Stream, long Version, ReadOnlyMemory<byte> Json)> documents,
        CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var batch = new NpgsqlBatch(connection, transaction) { Timeout = options.CommandTimeoutSeconds };
        await using var __ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(part.CreateSave(projection.Key, options));
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        if (documents.Count > 0)
        {
            await CopyAsync(connection, documents, cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CopyAsync(
        NpgsqlConnection connection,
        List<(string Stream, long Version, ReadOnlyMemory<byte> Json)> documents,
        CancellationToken cancellationToken)
    {
        // Npgsql wants the text to begin with the word.
        var sql = SqlText.Load("rebuild_copy_snapshots").Replace("{documents}", ShadowTables.Of(target.Tables[0]), StringComparison.Ordinal);
        var importer = await connection
            .BeginBinaryImportAsync(sql[(sql.IndexOf("\ncopy", StringComparison.Ordinal) + 1)..], cancellationToken).ConfigureAwait(false);
        await using var _ = importer.ConfigureAwait(false);
        importer.Timeout = options.CommandTimeout;
        foreach (var (stream, version, json) in documents)
        {
            await importer.StartRowAsync(cancellationToken).ConfigureAwait(false);
            await importer.WriteAsync(stream, NpgsqlDbType.Varchar, cancellationToken).ConfigureAwait(false);
            await importer.WriteAsync(json, NpgsqlDbType.Jsonb, cancellationToken).ConfigureAwait(false);
            await importer.WriteAsync(_snapshot.ClrType, NpgsqlDbType.Varchar, cancellationToken).ConfigureAwait(false);
            await importer.WriteAsync(version, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
        }

        await importer.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }
}
