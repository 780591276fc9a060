using System.Runtime.InteropServices;
using Ledger.Streams;

namespace Ledger.Postgres.Importing;

/// <summary>A batch of an import as the bytes of a COPY; only numbers, versions and times are still to be filled in.</summary>
internal sealed class CopyBatch : ImportBatch
{
    private readonly CopyRows _rows = new();
    private readonly List<Row> _events = [];

    /// <summary>The events in the order of the import.</summary>
    public ReadOnlySpan<Row> Events => CollectionsMarshal.AsSpan(_events);

    /// <summary>Fills in what an event gets under its stream's lock.</summary>
    public void Complete(int index, long number, long version, DateTime time) => _rows.Complete(_events[index].Start, number, version, time);

    /// <summary>The bytes of some events that follow each other.</summary>
    public ReadOnlyMemory<byte> RowsOf(int first, int count) =>
        _rows.Slice(_events[first].Start, first + count == _events.Count ? null : _events[first + count].Start);

    /// <summary>Gives the memory back.</summary>
    public void Release() => _rows.Release();

    protected override void Keep(StreamName stream, in AppendRequest.Item item)
    {
        _events.Add(new Row(stream, item.Id, _rows.Length, item.Serialized.Json.Length));
        _rows.Add(stream, item);
    }

    /// <summary>An event, where its row begins, and the size of its JSON.</summary>
    internal readonly record struct Row(StreamName Stream, Guid Id, int Start, int JsonBytes);
}
