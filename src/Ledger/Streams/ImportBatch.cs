using System.Runtime.CompilerServices;
using Ledger.Events;

namespace Ledger.Streams;

/// <summary>A part of an import that is written in one transaction, its events checked and written as JSON.</summary>
internal sealed class ImportBatch
{
    public const int MostEvents = 10_000;
    private const long MostBytes = 16 * 1024 * 1024;

    private readonly Dictionary<Guid, StreamName> _streamsById = [];

    private ImportBatch()
    {
    }

    /// <summary>The events in the order of the import, each id once.</summary>
    public List<Item> Events { get; } = [];

    /// <summary>How often an id occurred again in the same stream.</summary>
    public int Repeated { get; private set; }

    /// <summary>The size of the events' JSON.</summary>
    public long Bytes { get; private set; }

    private bool IsFull => Events.Count == MostEvents || Bytes >= MostBytes;

    private bool IsEmpty => Events.Count == 0 && Repeated == 0;

    /// <summary>Cuts an import into batches.</summary>
    /// <exception cref="InvalidEventException">An event cannot be stored.</exception>
    public static async IAsyncEnumerable<ImportBatch> ReadAsync(
        IAsyncEnumerable<StreamEvent> events,
        EventRegistry registry,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new ImportBatch();
        await foreach (var item in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            batch.Add(item, registry);
            if (batch.IsFull)
            {
                yield return batch;
                batch = new ImportBatch();
            }
        }

        if (!batch.IsEmpty)
        {
            yield return batch;
        }
    }

    private void Add(StreamEvent item, EventRegistry registry)
    {
        var (stream, newEvent) = item;
        if (newEvent is null)
        {
            throw new ArgumentException("An event of the import is null.", nameof(item));
        }

        AppendRules.Check(stream, nameof(item));
        var id = newEvent.IdIn(stream);
        if (!_streamsById.TryAdd(id, stream))
        {
            Repeated += _streamsById[id] == stream ? 1 : throw new EventIdInUseException(stream, id, _streamsById[id]);
            return;
        }

        var serialized = registry.Write(newEvent);
        Events.Add(new Item(stream, new AppendRequest.Item(id, newEvent, serialized)));
        Bytes += serialized.Json.Length;
    }

    /// <summary>An event and its stream.</summary>
    internal readonly record struct Item(StreamName Stream, AppendRequest.Item Event);
}
