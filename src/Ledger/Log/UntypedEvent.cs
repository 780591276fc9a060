using System.Text.Json;

namespace Ledger.Events;

/// <summary>An event as its name and JSON: the form in which an event without a registered type is read, and can be written.</summary>
/// <param name="Type">The name in the log; it may be that of a registered type, whose JSON is then written as it stands.</param>
/// <param name="Data">The JSON.</param>
public sealed record UntypedEvent(string Type, JsonElement Data);
