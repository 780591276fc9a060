namespace Ledger.Log;

/// <summary>An event that an importer has checked and written as JSON beforehand, on several processors.</summary>
internal sealed class WrittenEvent
{
    private readonly StreamName _stream;
    private readonly EventRegistry _registry;
    private readonly AppendRequest.Item _item;

    /// <summary>Checks and writes it.</summary>
    /// <exception cref="InvalidEventException">It cannot be stored.</exception>
    public WrittenEvent(StreamName stream, NewEvent newEvent, EventRegistry registry) =>
        (_stream, _registry, _item) = (stream, registry, Write(stream, newEvent, registry));

    /// <summary>The event as it is written: as it was beforehand, unless a store in between has put another in its place, such as an encrypted one.</summary>
    /// <param name="item">The event of an import.</param>
    /// <param name="registry">Writes it.</param>
    /// <exception cref="InvalidEventException">It cannot be stored.</exception>
    public static AppendRequest.Item Of(in StreamEvent item, EventRegistry registry) =>
        item.Written is { } written && ReferenceEquals(written._item.Event, item.Event) && ReferenceEquals(written._registry, registry) && written._stream == item.Stream
            ? written._item
            : Write(item.Stream, item.Event, registry);

    private static AppendRequest.Item Write(StreamName stream, NewEvent newEvent, EventRegistry registry)
    {
        var serialized = registry.Write(newEvent);
        registry.Check(stream, newEvent, serialized);
        return new AppendRequest.Item(newEvent.IdIn(stream), newEvent, serialized);
    }
}
