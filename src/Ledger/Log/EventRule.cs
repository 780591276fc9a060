using Ledger.Events;

namespace Ledger.Log;

/// <summary>Checks an event before an engine reads its log.</summary>
/// <remarks>It must be pure and safe for concurrent use. It is not called for events with other names in the same stream.</remarks>
/// <param name="stream">The stream that the event is to be appended to.</param>
/// <param name="data">The event as its registered type; an <see cref="UntypedEvent"/> when its JSON does not fit that type.</param>
/// <returns>A sentence that follows the event's name, or null when nothing is wrong.</returns>
public delegate string? EventRule(StreamName stream, object data);
