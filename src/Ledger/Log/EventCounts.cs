namespace Ledger.Log;

/// <summary>How many events of which type and actor a part of a history has, and where.</summary>
/// <param name="Counts">The counts, in no particular order.</param>
/// <param name="Looked">How many events were looked at.</param>
/// <param name="IsSampled">Whether they are a sample, and the counts shares of <paramref name="Looked"/>.</param>
public sealed record EventCounts(IReadOnlyList<EventCount> Counts, long Looked, bool IsSampled);

/// <summary>How many events of one type and actor a slice has.</summary>
/// <param name="Slice">The slice, from 0.</param>
/// <param name="Type">The name of the type.</param>
/// <param name="Actor">The actor, or null.</param>
/// <param name="Count">How many.</param>
public readonly record struct EventCount(int Slice, string Type, string? Actor, long Count);
