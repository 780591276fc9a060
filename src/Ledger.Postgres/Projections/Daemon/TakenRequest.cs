namespace Ledger.Postgres.Projections.Daemon;

/// <summary>A request that a node has taken.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Projection">The projection, with its version from the second on.</param>
/// <param name="Action">What to do.</param>
/// <param name="Argument">To which stream or dead letter, or null.</param>
internal sealed record TakenRequest(long Id, string Projection, string Action, string? Argument);
