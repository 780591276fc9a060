using System.Text.Json;

namespace Ledger.Events;

/// <summary>An event as its name and JSON: what a name without a registered type reads back as, and a way to write one without a type.</summary>
/// <param name="Type">The name in the log; it may be that of a registered type, whose JSON is then written as it stands.</param>
/// <param name="Data">The JSON.</param>
public sealed record UntypedEvent(string Type, JsonElement Data);
