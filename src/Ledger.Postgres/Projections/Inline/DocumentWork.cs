using Ledger.Json;
using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>Applies the pending events to the documents that they are about, which are locked first: other streams may be about them too.</summary>
internal sealed class DocumentWork(IDocumentProjection projection, DocumentStatements statements, EventRegistry registry) : ProjectionWork(projection.Key)
{
    private readonly List<(RecordedEvent Recorded, IReadOnlyList<string> Ids)> _pending = [];
    private readonly SortedSet<string> _ids = new(CodePointComparer.Instance);
    private readonly Dictionary<string, byte[]> _stored = new(StringComparer.Ordinal);

    public override void AddReads(NpgsqlBatch batch) => Add(batch, statements.Pending).Parameters
        .WithText(statements.Key)
        .WithText(projection.StreamPrefix)
        .WithTexts(null);

    public override async Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var row = new EventRow(registry);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var recorded = row.Read(reader, new StreamName(reader.GetString(0)), position: null);
            EventCount++;
            if (projection.IdsOf(recorded) is { Count: > 0 } ids)
            {
                _pending.Add((recorded, ids));
                _ids.UnionWith(ids);
            }
        }
    }

    public override void AddLocks(NpgsqlBatch batch)
    {
        if (_ids.Count > 0)
        {
            string[] ids = [.. _ids];
            Add(batch, statements.Claim).Parameters.WithTexts(ids);
            Add(batch, statements.Lock).Parameters.WithTexts(ids);
        }
    }

    public override async Task ReadLockedAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (_ids.Count == 0)
        {
            return;
        }

        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            _stored.Add(reader.GetString(0), reader.GetFieldValue<byte[]>(1));
        }

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void AddWrites(NpgsqlBatch batch)
    {
        var documents = new Dictionary<string, (object? Document, RecordedEvent Last)>(StringComparer.Ordinal);
        foreach (var (recorded, ids) in _pending)
        {
            foreach (var id in ids)
            {
                var before = documents.TryGetValue(id, out var found) ? found.Document : Read(id, recorded);
                documents[id] = (projection.Evolve(before, recorded), recorded);
            }
        }

        var (written, values, deleted) = (new List<string>(), new List<ReadOnlyMemory<byte>>(), new List<string>());
        foreach (var (id, (document, last)) in documents)
        {
            if (document is null)
            {
                deleted.Add(id);
            }
            else
            {
                written.Add(id);
                values.Add(Guard(last, () => projection.Write(document)));
            }
        }

        if (written.Count > 0)
        {
            Add(batch, statements.Write).Parameters
                .With(written, NpgsqlDbType.Array | NpgsqlDbType.Text)
                .With(values, NpgsqlDbType.Array | NpgsqlDbType.Jsonb)
                .WithText(projection.ClrType);
        }

        if (deleted.Count > 0)
        {
            Add(batch, statements.Delete).Parameters.With(deleted, NpgsqlDbType.Array | NpgsqlDbType.Text);
        }

        if (EventCount > 0)
        {
            Add(batch, statements.Advance).Parameters.WithText(statements.Key).WithText(projection.StreamPrefix);
        }
    }

    // The JSON null is the place of a document that does not exist yet.
    private object? Read(string id, RecordedEvent recorded) => _stored[id] is var json && json.AsSpan().SequenceEqual("null"u8)
        ? null
        : Guard(recorded, () => projection.Read(json));

    private TResult Guard<TResult>(RecordedEvent recorded, Func<TResult> call)
    {
        try
        {
            return call();
        }
        catch (Exception fault)
        {
            throw new ProjectionFailedException(projection.Name, recorded, fault);
        }
    }
}
