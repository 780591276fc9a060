using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Log;

/// <summary>A call waits for a person to approve it.</summary>
/// <param name="Kind">The kind of the call.</param>
/// <param name="RequestHash">The SHA-256 of the request's canonical JSON, in lower-case hexadecimal: what is approved is this request and no other.</param>
/// <param name="Request">The request: JSON.</param>
/// <param name="ExpiresAt">From when it counts as denied if no one has decided, or null for never.</param>
[EventType("approval.requested")]
public sealed record ApprovalRequested(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("request_hash")] string RequestHash,
    [property: JsonPropertyName("request")] JsonElement Request,
    [property: JsonPropertyName("expires_at"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ExpiresAt = null) : OpenEvent;

/// <summary>A person approved or denied a request; the last decision counts. The event is caused by <c>approval.requested</c>.</summary>
/// <param name="Kind">The kind of the call.</param>
/// <param name="RequestHash">The hash of the request that it was decided on.</param>
/// <param name="IsApproved">Whether the call may be made.</param>
/// <param name="By">Who decided.</param>
/// <param name="Reason">Why, or null.</param>
[EventType("approval.decided")]
public sealed record ApprovalDecided(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("request_hash")] string RequestHash,
    [property: JsonPropertyName("approved")] bool IsApproved,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("reason"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null) : OpenEvent;
