using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Log;

namespace Ledger;

/// <summary>A responder began to react to an event.</summary>
/// <param name="Name">The responder.</param>
[EventType("responder.fired")]
public sealed record ResponderFired([property: JsonPropertyName("name")] string Name) : OpenEvent;

/// <summary>A responder finished.</summary>
/// <param name="Name">The responder.</param>
[EventType("responder.completed")]
public sealed record ResponderCompleted([property: JsonPropertyName("name")] string Name) : OpenEvent;

/// <summary>A responder gave up.</summary>
/// <param name="Name">The responder.</param>
/// <param name="Error">What went wrong.</param>
[EventType("responder.failed")]
public sealed record ResponderFailed(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("error"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null) : OpenEvent;

/// <summary>A request was sent to a language model.</summary>
/// <param name="Messages">The prompt: JSON, usually an array of messages with role and content.</param>
/// <param name="Model">The model's name.</param>
/// <param name="MaxTokens">The largest number of tokens it may answer with.</param>
[EventType("llm.request")]
public sealed record LlmRequest(
    [property: JsonPropertyName("messages"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] JsonElement Messages = default,
    [property: JsonPropertyName("model"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Model = null,
    [property: JsonPropertyName("max_tokens"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? MaxTokens = null) : OpenEvent;

/// <summary>A language model returned a response.</summary>
/// <param name="Text">The answer.</param>
/// <param name="Model">The model's name.</param>
/// <param name="CostUsd">What the call cost, in US dollars.</param>
[EventType("llm.response")]
public sealed record LlmResponse(
    [property: JsonPropertyName("text"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null,
    [property: JsonPropertyName("model"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Model = null,
    [property: JsonPropertyName("cost_usd"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? CostUsd = null) : OpenEvent;

/// <summary>A tool was called.</summary>
/// <param name="Tool">The tool's name.</param>
/// <param name="Arguments">The arguments of the call: JSON.</param>
[EventType("tool.called")]
public sealed record ToolCalled(
    [property: JsonPropertyName("tool"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Tool = null,
    [property: JsonPropertyName("arguments"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] JsonElement Arguments = default) : OpenEvent;

/// <summary>A tool answered.</summary>
/// <param name="CallId">The id of the event <c>tool.called</c> that it answers.</param>
/// <param name="Result">The result: JSON.</param>
[EventType("tool.returned")]
public sealed record ToolReturned(
    [property: JsonPropertyName("call_id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CallId = null,
    [property: JsonPropertyName("result"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] JsonElement Result = default) : OpenEvent;

/// <summary>A limit of the run was reached; later events still count.</summary>
/// <param name="Reasons">Which limits, such as <c>max_events=100</c>.</param>
[EventType("budget.exhausted")]
public sealed record BudgetExhausted(
    [property: JsonPropertyName("reasons"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Reasons = null) : OpenEvent;

/// <summary>A kit (a set of tools and rules) was loaded.</summary>
/// <param name="Kit">The kit's name.</param>
[EventType("kit.loaded")]
public sealed record KitLoaded(
    [property: JsonPropertyName("kit"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Kit = null) : OpenEvent;
