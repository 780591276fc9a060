using Ledger.Log;

namespace Ledger.Projections;

/// <summary>A state, and how many events of its stream it stands for.</summary>
/// <param name="State">The state; with no events, the aggregate's initial one.</param>
/// <param name="Version">The version of the stream; for a branch, of its own stream.</param>
public sealed record AggregateState<T>(T State, StreamVersion Version);
