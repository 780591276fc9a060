namespace Ledger.Log;

/// <summary>An event and the stream that it belongs to, as <see cref="IEventStore.ImportAsync"/> takes it.</summary>
/// <remarks>Equal when both are. The default value has no stream and no event, and is refused.</remarks>
/// <param name="Stream">The stream.</param>
/// <param name="Event">The event; a repeated import recognises it by its id or foreign id.</param>
public readonly record struct StreamEvent(StreamName Stream, NewEvent Event)
{
    /// <summary>Whether the importer has just asked the log for its id, and the log did not have it: a store need not ask first.</summary>
    internal bool WasSought { get; init; }

    /// <summary>The event as the importer has written it already, or null.</summary>
    internal WrittenEvent? Written { get; init; }

    /// <inheritdoc/>
    public bool Equals(StreamEvent other) => Stream == other.Stream && Equals(Event, other.Event);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Stream, Event);
}
