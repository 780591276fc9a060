using Ledger.Log;
using Ledger.Projections;
using Ledger.Runs;

namespace Ledger;

public sealed partial class MemoryEventStore
{
    private readonly IDocuments[] _projections;

    IReadOnlyList<ISteppable> IProjectionCatalog.Steppable => SteppableDocuments.Of(_projections);
    private readonly Dictionary<(string Projection, string Id), StoredDocument> _documents = [];

    /// <inheritdoc/>
    public async Task<AggregateState<T>> LoadAsync<T>(
        Snapshot<T> snapshot,
        StreamName stream,
        CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        AppendRules.Check(stream, nameof(stream));
        cancellationToken.ThrowIfCancellationRequested();
        StoredDocument? document;
        lock (_gate)
        {
            document = _documents.GetValueOrDefault((snapshot.Key, stream.Value));
        }

        return document is null
            ? await AggregateExtensions.FoldAsync(this, snapshot.Aggregate, stream, cancellationToken).ConfigureAwait(false)
            : new AggregateState<T>(snapshot.Read(document.Json), document.Version);
    }

    /// <inheritdoc/>
    public async Task<T?> LoadAsync<T>(
        DocumentProjection<T> projection,
        string id,
        CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(projection);
        ArgumentException.ThrowIfNullOrEmpty(id);
        cancellationToken.ThrowIfCancellationRequested();
        if (_projections.All(p => p.Key != projection.Key))
        {
            throw new InvalidOperationException($"The store keeps no documents of projection '{projection.Key}'. Name it where the store is made.");
        }

        lock (_gate)
        {
            return _documents.GetValueOrDefault((projection.Key, id)) is { } document ? projection.Read(document.Json) : null;
        }
    }

    private static IDocuments[] Check(IReadOnlyList<Projection> projections)
    {
        ArgumentNullException.ThrowIfNull(projections);
        var documents = projections.Select(p => p as IDocuments
            ?? throw new ArgumentException($"Projection '{p?.Name}' keeps no documents; a log in memory has nothing else.", nameof(projections))).ToArray();
        if (documents.DistinctBy(p => p.Key).Count() < documents.Length
            || documents.DistinctBy(p => (p.Alias, p.Version)).Count() < documents.Length)
        {
            throw new ArgumentException("Two projections have one name, or one alias for their documents.", nameof(projections));
        }

        return documents;
    }

    /// <summary>Computes the documents after events that are not written yet; a fault changes nothing.</summary>
    private Dictionary<(string Projection, string Id), StoredDocument?> Project(List<StoredEvent> planned, StreamName newBranch)
    {
        var changes = new Dictionary<(string, string), StoredDocument?>();
        if (_projections.Length == 0)
        {
            return changes;
        }

        var events = planned.ConvertAll(e => e.Read(Registry));
        foreach (var projection in _projections)
        {
            if (projection is ISnapshot snapshot)
            {
                ProjectSnapshot(snapshot, events.Where(e => e.Stream != newBranch && !_branches.ContainsKey(e.Stream)), changes);
            }
            else if (projection is IDocumentProjection documents)
            {
                ProjectDocuments(documents, events.Where(e => documents.Takes(e.Stream)), changes);
            }
        }

        return changes;
    }

    private void ProjectSnapshot(ISnapshot snapshot, IEnumerable<RecordedEvent> events, Dictionary<(string, string), StoredDocument?> changes)
    {
        foreach (var ofStream in events.Where(e => snapshot.Takes(e.Stream)).GroupBy(e => e.Stream))
        {
            var key = (snapshot.Key, ofStream.Key.Value);
            var state = _documents.GetValueOrDefault(key) is { } document ? snapshot.Read(document.Json) : snapshot.Initial;
            foreach (var recorded in ofStream)
            {
                state = snapshot.Evolve(state, recorded);
            }

            changes[key] = new StoredDocument(JsonbForm.Of(snapshot.Write(state)), ofStream.Last().Version);
        }
    }

    private void ProjectDocuments(
        IDocumentProjection projection,
        IEnumerable<RecordedEvent> events,
        Dictionary<(string, string), StoredDocument?> changes)
    {
        var loaded = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var recorded in events)
        {
            foreach (var id in projection.IdsOf(recorded))
            {
                if (!loaded.TryGetValue(id, out var document))
                {
                    document = _documents.GetValueOrDefault((projection.Key, id)) is { } stored ? projection.Read(stored.Json) : null;
                }

                loaded[id] = projection.Evolve(document, recorded);
            }
        }

        foreach (var (id, document) in loaded)
        {
            changes[(projection.Key, id)] = document is null
                ? null
                : new StoredDocument(JsonbForm.Of(projection.Write(document)), StreamVersion.Empty);
        }
    }

    private void Keep(Dictionary<(string Projection, string Id), StoredDocument?> changes)
    {
        foreach (var (key, document) in changes)
        {
            if (document is null)
            {
                _documents.Remove(key);
            }
            else
            {
                _documents[key] = document;
            }
        }
    }

    private sealed record StoredDocument(ReadOnlyMemory<byte> Json, StreamVersion Version);
}
