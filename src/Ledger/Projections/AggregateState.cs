using Ledger.Log;

namespace Ledger.Projections;

/// <summary>A state, with the version of the stream that it includes.</summary>
/// <param name="State">The state; with no events, the aggregate's initial one.</param>
/// <param name="Version">The version of the stream; for a branch, the version of its own stream.</param>
public sealed record AggregateState<T>(T State, StreamVersion Version);
