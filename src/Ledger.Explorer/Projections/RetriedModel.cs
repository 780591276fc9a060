namespace Ledger.Explorer.Projections;

/// <summary>How far a retry of all dead letters of a projection has come, if it did not come to the end.</summary>
/// <param name="Projection">The projection.</param>
/// <param name="Done">How many were applied, here or by another.</param>
/// <param name="Failed">How many could not be applied again.</param>
/// <param name="Message">Why the last of those could not; null without one.</param>
/// <param name="Left">How many were not tried yet.</param>
/// <param name="After">The number in the log of the last one that was tried.</param>
internal sealed record RetriedModel(string Projection, int Done, int Failed, string? Message, int Left, long After);
