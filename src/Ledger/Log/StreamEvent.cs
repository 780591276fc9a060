namespace Ledger.Log;

/// <summary>An event and the stream that it belongs to, as <see cref="IEventStore.ImportAsync"/> takes it.</summary>
/// <remarks>Equal when both are. The default value has no stream and no event, and is refused.</remarks>
/// <param name="Stream">The stream.</param>
/// <param name="Event">The event; a repeated import recognises it by its id or foreign id.</param>
public readonly record struct StreamEvent(StreamName Stream, NewEvent Event);
