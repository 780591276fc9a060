namespace Ledger.Runs;

/// <summary>The parts of an event that a walk along causes needs.</summary>
/// <param name="Id">The event's id.</param>
/// <param name="Segment">The segment of the history that it is stored in, from 0.</param>
/// <param name="Causes">Its causes by id.</param>
/// <param name="ForeignCauses">Its causes by foreign id.</param>
internal sealed record EventLinks(Guid Id, int Segment, IReadOnlyList<Guid> Causes, IReadOnlyList<string> ForeignCauses);
