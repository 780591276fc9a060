using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ledger.Interop.Exporting;

/// <summary>A step of a conversation, read from the events of a run.</summary>
/// <param name="Event">The event.</param>
/// <param name="Data">Its data.</param>
internal abstract record Turn(RecordedEvent Event, JsonElement Data);

/// <summary>The model was told something that it was not told before.</summary>
/// <param name="Event">The request.</param>
/// <param name="Data">Its data.</param>
/// <param name="Message">The message, in the form of Chat Completions.</param>
/// <param name="Begins">Whether it is the first message of another conversation.</param>
internal sealed record Told(RecordedEvent Event, JsonElement Data, JsonObject Message, bool Begins) : Turn(Event, Data);

/// <summary>The model answered.</summary>
internal sealed record Answered(RecordedEvent Event, JsonElement Data) : Turn(Event, Data);

/// <summary>A tool was called.</summary>
/// <param name="Event">The call.</param>
/// <param name="Data">Its data.</param>
/// <param name="CallId">The id of the call.</param>
internal sealed record Called(RecordedEvent Event, JsonElement Data, string CallId) : Turn(Event, Data);

/// <summary>A tool returned.</summary>
/// <param name="Event">The result.</param>
/// <param name="Data">Its data.</param>
/// <param name="CallId">The id of the call; null where the event names none.</param>
internal sealed record Returned(RecordedEvent Event, JsonElement Data, string? CallId) : Turn(Event, Data);

/// <summary>The usage of the answer before.</summary>
internal sealed record Used(RecordedEvent Event, JsonElement Data) : Turn(Event, Data);

/// <summary>Anything else.</summary>
internal sealed record Other(RecordedEvent Event, JsonElement Data) : Turn(Event, Data);
