using System.Text.Json;

namespace Ledger.Runs;

/// <summary>A request that needs approval, and what was decided on it.</summary>
/// <param name="Id">The id of the event that asked for approval.</param>
/// <param name="Kind">The kind of the call.</param>
/// <param name="RequestHash">The SHA-256 of the request's canonical JSON.</param>
/// <param name="Request">The request: JSON.</param>
/// <param name="AskedAt">When it was asked for.</param>
public sealed record Approval(Guid Id, string Kind, string RequestHash, JsonElement Request, DateTimeOffset AskedAt)
{
    /// <summary>From when it counts as denied if no one has decided; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The last decision, or <see cref="ApprovalDecision.Denied"/> once it has expired; null while it waits for one.</summary>
    public ApprovalDecision? Decision { get; init; }

    /// <summary>Whether it is denied because no one decided in time; a decision that comes later still counts.</summary>
    public bool IsExpired => Decision is not null && By is null;

    /// <summary>Who decided; null while it waits, and if it has expired.</summary>
    public string? By { get; init; }

    /// <summary>Why; null if no reason was given.</summary>
    public string? Reason { get; init; }

    /// <summary>When it was decided, or has expired; null while it waits.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>The id under which a chat client asked for it; null for none.</summary>
    internal string? AskedAs { get; init; }

    /// <summary>Where it was decided; null while it waits, and if it has expired.</summary>
    internal StreamName? DecidedIn { get; init; }

    /// <summary>The first call that was begun after it was approved, by its idempotency key; null for none.</summary>
    internal Guid? UsedBy { get; init; }

    /// <summary>Whether an approval of one call is for the call with an idempotency key, in a run or branch.</summary>
    internal bool IsFor(Guid call, StreamName stream) => DecidedIn == stream && (UsedBy is not { } used || used == call);

    /// <summary>The same at a time: every reader of the log decides alike, whether or not the caller that asked still runs.</summary>
    internal Approval At(DateTimeOffset now) => Decision is null && ExpiresAt is { } end && end <= now
        ? this with { Decision = ApprovalDecision.Denied, DecidedAt = end }
        : this;
}
