namespace Ledger.Runs;

/// <summary>The parts of an event that a walk along causes needs.</summary>
/// <param name="Id">The event's id.</param>
/// <param name="Stream">The stream that it is stored in.</param>
/// <param name="Causes">Its causes by id.</param>
/// <param name="ForeignCauses">Its causes by foreign id.</param>
internal sealed record EventLinks(Guid Id, StreamName Stream, IReadOnlyList<Guid> Causes, IReadOnlyList<string> ForeignCauses);
