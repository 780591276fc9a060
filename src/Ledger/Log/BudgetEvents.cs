using System.Text.Json.Serialization;

namespace Ledger.Log;

/// <summary>What the calls of a run and of its branches may cost from here on; a later one replaces it.</summary>
/// <param name="Usd">The limit in US dollars, or null for none.</param>
/// <param name="Tokens">The limit of tokens, of requests and responses, or null for none.</param>
/// <param name="Calls">The limit of calls made, or null for none.</param>
[EventType("budget.set")]
public sealed record BudgetSet(
    [property: JsonPropertyName("usd"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? Usd = null,
    [property: JsonPropertyName("tokens"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Tokens = null,
    [property: JsonPropertyName("calls"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Calls = null) : OpenEvent;

/// <summary>The calls of a run and its branches, or of those that a budget covers, count against another budget too.</summary>
/// <param name="Budget">What the other budget is of: a task or a run, by its stream name.</param>
[EventType("budget.joined")]
public sealed record BudgetJoined([property: JsonPropertyName("budget")] string Budget) : OpenEvent;

/// <summary>More of a budget was approved: its limits are higher by this much; in the stream of the budget.</summary>
/// <param name="ApprovalId">The id of the event that asked for it.</param>
/// <param name="Usd">US dollars, or null.</param>
/// <param name="Tokens">Tokens, or null.</param>
/// <param name="Calls">Calls, or null.</param>
[EventType("budget.raised")]
public sealed record BudgetRaised(
    [property: JsonPropertyName("approval_id")] Guid ApprovalId,
    [property: JsonPropertyName("usd"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? Usd = null,
    [property: JsonPropertyName("tokens"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Tokens = null,
    [property: JsonPropertyName("calls"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Calls = null) : OpenEvent;

/// <summary>A call was begun, and a part of the budget is reserved for it until it is settled; in the stream of the budget.</summary>
/// <param name="RequestId">The id of the event that recorded the request.</param>
/// <param name="Stream">The stream of the run or branch that calls.</param>
/// <param name="Kind">The kind of the call.</param>
/// <param name="Target">The model or the tool that is called, as the request names it, or null.</param>
/// <param name="Usd">The estimated price in US dollars; null where it is not known, which reserves nothing.</param>
/// <param name="Tokens">The estimated tokens; null where they are not known, which reserves nothing.</param>
[EventType("budget.reserved")]
public sealed record BudgetReserved(
    [property: JsonPropertyName("request_id")] Guid RequestId,
    [property: JsonPropertyName("stream")] string Stream,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("target"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Target = null,
    [property: JsonPropertyName("usd"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? Usd = null,
    [property: JsonPropertyName("tokens"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Tokens = null) : OpenEvent;

/// <summary>A call has ended: what it cost is spent, and its reservation is free; in the stream of the budget.</summary>
/// <remarks>A further member <c>estimated</c>, true, stands for a call that failed and may be charged for: the amounts are those of its reservation.</remarks>
/// <param name="RequestId">The id of the event that recorded the request.</param>
/// <param name="Usd">Its recorded price in US dollars; zero for a call that was not made or was released.</param>
/// <param name="Tokens">Its recorded tokens.</param>
/// <param name="Calls">1 for a call that was made, otherwise 0.</param>
[EventType("budget.settled")]
public sealed record BudgetSettled(
    [property: JsonPropertyName("request_id")] Guid RequestId,
    [property: JsonPropertyName("usd")] decimal Usd,
    [property: JsonPropertyName("tokens")] long Tokens,
    [property: JsonPropertyName("calls")] long Calls) : OpenEvent;
