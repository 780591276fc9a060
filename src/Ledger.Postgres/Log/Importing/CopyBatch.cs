using System.Runtime.InteropServices;
using Ledger.Log;

namespace Ledger.Postgres.Log.Importing;

/// <summary>A batch of an import as the bytes of a COPY; only numbers, versions and times are still to be filled in.</summary>
/// <param name="size">The bytes that are expected, such as those of the batch before.</param>
internal sealed class CopyBatch(int size) : ImportBatch
{
    private readonly CopyRows _rows = new(size);
    private readonly List<Row> _events = [];

    /// <summary>The events in the order of the import.</summary>
    public ReadOnlySpan<Row> Events => CollectionsMarshal.AsSpan(_events);

    /// <summary>Fills in the values that an event gets under its stream's lock.</summary>
    public void Complete(int index, long number, long version, DateTime time) => _rows.Complete(_events[index].Start, number, version, time);

    /// <summary>The bytes of some events that follow each other.</summary>
    public ReadOnlyMemory<byte> RowsOf(int first, int count) =>
        _rows.Slice(_events[first].Start, first + count == _events.Count ? null : _events[first + count].Start);

    /// <summary>The JSON of an event.</summary>
    public ReadOnlyMemory<byte> JsonOf(in Row row) => _rows.Slice(row.JsonStart, row.JsonStart + row.JsonBytes);

    /// <summary>How many bytes there are.</summary>
    public int Length => _rows.Length;

    /// <summary>Returns the memory to the pool.</summary>
    public void Release() => _rows.Release();

    /// <summary>Whether an event says the same as one of the log.</summary>
    public bool IsSame(in Row row, string type, ReadOnlyMemory<byte> json) =>
        type == row.Type && (json.IsEmpty || AppendRequest.SameJson(json, JsonOf(row)));

    protected override bool IsSame(int index, in AppendRequest.Item item) => item.IsSame(_events[index].Type, JsonOf(_events[index]));

    protected override void Keep(StreamName stream, in AppendRequest.Item item)
    {
        var start = _rows.Length;
        var json = _rows.Add(stream, item);
        _events.Add(new Row(stream, item.Id, item.Serialized.Type, item.Event.Metadata.ForeignId, start, json, item.Serialized.Json.Length));
    }

    /// <summary>An event, where its row begins, and where in it its JSON is.</summary>
    internal readonly record struct Row(StreamName Stream, Guid Id, string Type, string? ForeignId, int Start, int JsonStart, int JsonBytes);
}
