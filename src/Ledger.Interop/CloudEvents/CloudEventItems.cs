using System.Text.Json;
using Ledger.Interop.Conversations;
using Ledger.Interop.Reading;

namespace Ledger.Interop.CloudEvents;

/// <summary>The events of a file, which stay in it: each line is one or a list of them, or the whole file is.</summary>
internal sealed class CloudEventItems(RecordingSource source)
{
    private const int Whole = -1;

    // Many sources may have a part in one batch.
    private readonly WeakReference<JsonElement[]?> _batch = new(null);
    private long _batchOffset = -1;

    /// <summary>Reads all events, with their places.</summary>
    /// <param name="cut">Called with the place where the file breaks off.</param>
    public IEnumerable<(Place Place, JsonElement Item)> ReadAll(Action<long, long> cut)
    {
        if (Transcripts.IsDocument(source))
        {
            return Of(0, 0, 1, source.ReadDocument());
        }

        return source.ReadJsonLines(cut).SelectMany(line => Of(line.Offset, line.Length, line.Number, line.Json));
    }

    /// <summary>Reads the events at some places.</summary>
    public IEnumerable<JsonElement> Read(IEnumerable<Place> places)
    {
        JsonElement[] batch = [];
        var offset = -1L;
        foreach (var place in places)
        {
            if (place.Item == Whole)
            {
                yield return Parse(place);
                continue;
            }

            if (offset != place.Offset)
            {
                (batch, offset) = (BatchAt(place), place.Offset);
            }

            yield return batch[place.Item];
        }
    }

    private static IEnumerable<(Place Place, JsonElement Item)> Of(long offset, int length, long number, JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? json.EnumerateArray().Select((item, i) => (new Place(offset, length, number, i), item))
        : [(new Place(offset, length, number, Whole), json)];

    private JsonElement[] BatchAt(Place place)
    {
        if (_batchOffset == place.Offset && _batch.TryGetTarget(out var known) && known is not null)
        {
            return known;
        }

        JsonElement[] batch = [.. Parse(place).EnumerateArray()];
        _batch.SetTarget(batch);
        _batchOffset = place.Offset;
        return batch;
    }

    private JsonElement Parse(Place place) => place.Length == 0 ? source.ReadDocument() : JsonSource.Parse(source.ReadAt(place.Offset, place.Length), place.Line, "entry", "entries");

    /// <summary>Where an event is.</summary>
    /// <param name="Offset">Where its line begins.</param>
    /// <param name="Length">The length of the line; 0 for the whole file.</param>
    /// <param name="Line">The number of the line.</param>
    /// <param name="Item">Its index in the list that the line is, or -1.</param>
    internal readonly record struct Place(long Offset, int Length, long Line, int Item);
}
