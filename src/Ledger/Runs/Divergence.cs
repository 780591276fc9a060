namespace Ledger.Runs;

/// <summary>The first difference between two histories.</summary>
/// <remarks>
/// An event that both share by reference is the same event. After the shared events, and in histories that share nothing, two events are the same when type and
/// JSON are equal by value: a copy or a repeated run has other ids, times and causes.
/// </remarks>
/// <param name="A">The one run or branch.</param>
/// <param name="B">The other.</param>
/// <param name="SharedPrefix">How many events both share by reference; they were not read.</param>
/// <param name="CommonPrefix">How many events are the same at the beginning of both: the position of the first difference.</param>
/// <param name="InA">The event at that position in <paramref name="A"/>, or null when that history ends there.</param>
/// <param name="InB">The event at that position in <paramref name="B"/>, or null when that history ends there.</param>
public sealed record Divergence(
    StreamName A,
    StreamName B,
    Position SharedPrefix,
    Position CommonPrefix,
    RecordedEvent? InA,
    RecordedEvent? InB)
{
    /// <summary>Whether there is a difference: an event in one that the other does not have at that place.</summary>
    public bool IsDivergent => InA is not null || InB is not null;
}
