using Ledger.Runs;

namespace Ledger.Testing.Replays;

/// <summary>A call of a recording, which an agent may ask for once.</summary>
/// <param name="request">The event of its request.</param>
/// <param name="key">What it asks.</param>
/// <param name="outcome">How it ended, as the agent was told; null if it did not.</param>
internal sealed class ReplayedCall(RecordedEvent request, CallKey key, RecordedEvent? outcome)
{
    public RecordedEvent Request { get; } = request;

    public CallKey Key { get; } = key;

    public RecordedEvent? Outcome { get; } = outcome;

    /// <summary>Whether the agent need not ask for it: it was answered from outside, and the recording does not show that the agent took the answer.</summary>
    public bool IsOptional { get; init; }

    public bool IsAsked { get; set; }
}
