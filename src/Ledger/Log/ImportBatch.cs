using System.Runtime.CompilerServices;

namespace Ledger.Log;

/// <summary>A part of an import that is written in one transaction, its events checked and written as JSON.</summary>
internal abstract class ImportBatch
{
    public const int MostEvents = 10_000;

    // Up to three batches are in memory. More would not be faster, and arrays of pools have sizes that are powers of two.
    private const long MostBytes = 6 * 1024 * 1024;

    /// <summary>How many events it has, each id once.</summary>
    public int Count { get; private set; }

    /// <summary>How often an id occurred again in the same stream.</summary>
    public int Repeated { get; private set; }

    /// <summary>The size of the events' JSON.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the log was asked for each of its events, and had none.</summary>
    public bool WasSought { get; private set; } = true;

    private bool IsFull => Count == MostEvents || Bytes >= MostBytes;

    private bool IsEmpty => Count == 0 && Repeated == 0;

    /// <summary>Cuts an import into batches.</summary>
    /// <param name="events">The events.</param>
    /// <param name="registry">Writes them.</param>
    /// <param name="create">Makes an empty batch.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="InvalidEventException">An event cannot be stored.</exception>
    public static async IAsyncEnumerable<TBatch> ReadAsync<TBatch>(
        IAsyncEnumerable<StreamEvent> events,
        EventRegistry registry,
        Func<TBatch> create,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TBatch : ImportBatch
    {
        var known = new Dictionary<Guid, (StreamName Stream, int Index)>();
        var batch = create();
        await foreach (var item in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            batch.Add(item, registry, known);
            if (batch.IsFull)
            {
                yield return batch;
                batch = create();
                known.Clear();
            }
        }

        if (!batch.IsEmpty)
        {
            yield return batch;
        }
    }

    /// <summary>Adds an event to the batch.</summary>
    protected abstract void Keep(StreamName stream, in AppendRequest.Item item);

    /// <summary>Whether an event that it has says the same as another one.</summary>
    protected abstract bool IsSame(int index, in AppendRequest.Item item);

    private void Add(StreamEvent item, EventRegistry registry, Dictionary<Guid, (StreamName Stream, int Index)> known)
    {
        var (stream, newEvent) = item;
        if (newEvent is null)
        {
            throw new ArgumentException("An event of the import is null.", nameof(item));
        }

        AppendRules.CheckWritten(stream, nameof(item));
        var written = WrittenEvent.Of(item, registry);
        var id = written.Id;
        if (!known.TryAdd(id, (stream, Count)))
        {
            var (holder, index) = known[id];
            Repeated += holder == stream && IsSame(index, written) ? 1 : throw new EventIdInUseException(
                stream,
                id,
                holder,
                holder == stream ? EventIdConflict.OtherContent : EventIdConflict.OtherStream,
                newEvent.Metadata.ForeignId);
            return;
        }

        Keep(stream, written);
        WasSought &= item.WasSought;
        Count++;
        Bytes += written.Serialized.Json.Length;
    }
}
