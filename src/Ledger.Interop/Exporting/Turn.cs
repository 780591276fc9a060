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

/// <summary>The model was asked, after all that it was told; of requests that Ledger recorded, which have their settings.</summary>
internal sealed record Asked(RecordedEvent Event, JsonElement Data) : Turn(Event, Data);

/// <summary>The model answered.</summary>
/// <param name="Event">The answer.</param>
/// <param name="Data">Its data.</param>
/// <param name="Calls">The calls that it asks for, in the form of Chat Completions; each is a <see cref="Called"/> later.</param>
internal sealed record Answered(RecordedEvent Event, JsonElement Data, JsonArray Calls) : Turn(Event, Data);

/// <summary>A tool was called.</summary>
/// <param name="Event">The call, or the answer that asked for it where no event tells of the call.</param>
/// <param name="Data">Its data.</param>
/// <param name="CallId">The id of the call.</param>
internal sealed record Called(RecordedEvent Event, JsonElement Data, string CallId) : Turn(Event, Data)
{
    /// <summary>Whether it was told of before, and failed: an imported conversation may have several calls with one id.</summary>
    public bool IsAgain { get; init; }
}

/// <summary>A tool returned.</summary>
/// <param name="Event">The result, or the request that has it where no event tells of it.</param>
/// <param name="Data">Its data.</param>
/// <param name="CallId">The id of the call; null where the event names none.</param>
internal sealed record Returned(RecordedEvent Event, JsonElement Data, string? CallId) : Turn(Event, Data);

/// <summary>A call failed; what the model was told of a tool's failure is a <see cref="Returned"/> that follows.</summary>
/// <param name="Event">The failure.</param>
/// <param name="Data">Its data.</param>
/// <param name="CallId">The id of the call of a tool; null for one of a model.</param>
internal sealed record Failed(RecordedEvent Event, JsonElement Data, string? CallId) : Turn(Event, Data);

/// <summary>The usage of the answer before.</summary>
internal sealed record Used(RecordedEvent Event, JsonElement Data) : Turn(Event, Data);

/// <summary>Anything else.</summary>
internal sealed record Other(RecordedEvent Event, JsonElement Data) : Turn(Event, Data);
