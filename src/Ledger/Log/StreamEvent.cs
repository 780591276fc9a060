namespace Ledger.Log;

/// <summary>An event and the stream that it belongs to, as <see cref="IEventStore.ImportAsync"/> takes it.</summary>
/// <remarks>Equal when both are. The default value has neither, and is refused.</remarks>
/// <param name="Stream">The stream.</param>
/// <param name="Event">The event; its id, or its foreign id, is what a repeated import knows it by.</param>
public readonly record struct StreamEvent(StreamName Stream, NewEvent Event);
