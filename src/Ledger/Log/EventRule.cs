using Ledger.Events;

namespace Ledger.Log;

/// <summary>Says what is wrong with an event before any engine looks at its log.</summary>
/// <remarks>It must be pure and safe for concurrent use. Events with other names in the same stream are not given to it.</remarks>
/// <param name="stream">The stream that the event is to be appended to.</param>
/// <param name="data">The event as its registered type; an <see cref="UntypedEvent"/> when its JSON does not fit that type.</param>
/// <returns>A sentence that follows the event's name, or null when nothing is wrong.</returns>
public delegate string? EventRule(StreamName stream, object data);
