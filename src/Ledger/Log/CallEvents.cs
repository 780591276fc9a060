using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Log;

/// <summary>A call was made to something other than a language model or a tool, which have their own events.</summary>
/// <param name="Kind">The kind of call, named by the application.</param>
/// <param name="Request">The request: JSON.</param>
[EventType("call.requested")]
public sealed record CallRequested(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("request")] JsonElement Request) : OpenEvent;

/// <summary>A call to something other than a language model or a tool was answered.</summary>
/// <param name="Kind">The kind of the call.</param>
/// <param name="Response">The response: JSON.</param>
[EventType("call.returned")]
public sealed record CallReturned(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("response")] JsonElement Response) : OpenEvent;

/// <summary>A call of any kind failed; the next caller of the same request makes it again.</summary>
/// <param name="Kind">What was called: <c>llm</c>, <c>tool</c>, or another word.</param>
/// <param name="Error">What went wrong.</param>
[EventType("call.failed")]
public sealed record CallFailed(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("error")] string Error) : OpenEvent;

/// <summary>A call of any kind was not made, because the history had the answer.</summary>
/// <param name="Kind">What would have been called.</param>
/// <param name="ResponseId">The id of the event that has the answer; it may be in an ancestor's stream.</param>
/// <param name="CostUsd">The cost of the recorded answer, which was saved now, in US dollars.</param>
/// <param name="InputTokens">The tokens of the request that were saved.</param>
/// <param name="OutputTokens">The tokens of the response that were saved.</param>
[EventType("call.answered")]
public sealed record CallAnswered(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("response_id")] Guid ResponseId,
    [property: JsonPropertyName("cost_usd"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? CostUsd = null,
    [property: JsonPropertyName("input_tokens"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? InputTokens = null,
    [property: JsonPropertyName("output_tokens"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? OutputTokens = null) : OpenEvent;

/// <summary>A call was begun and its caller is gone; whether the call took effect is unknown. The event is caused by the request.</summary>
/// <param name="Kind">The kind of the call.</param>
/// <param name="Reason">The known circumstances: who began it, or how it was cut off.</param>
[EventType("call.unknown")]
public sealed record CallUnknown(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("reason"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null) : OpenEvent;

/// <summary>A call with an unknown outcome counts as not made: the next caller of the same request makes it again. The event is caused by the
/// request.</summary>
/// <param name="Kind">The kind of the call.</param>
/// <param name="Reason">Why, or null.</param>
[EventType("call.released")]
public sealed record CallReleased(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("reason"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null) : OpenEvent;

/// <summary>An agent began to work on a run, or began again: the n-th identical request from here on is the n-th of this attempt.</summary>
/// <param name="Name">The attempt's name; an agent that is run again finds its attempt by it.</param>
[EventType("attempt.started")]
public sealed record AttemptStarted([property: JsonPropertyName("name")] string Name) : OpenEvent;
