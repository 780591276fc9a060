namespace Ledger.Seal.Auditing;

/// <summary>A stream of which readers are not shown what the log has.</summary>
/// <param name="Stream">Its name.</param>
/// <param name="Exists">Whether it has a row.</param>
/// <param name="Version">The version at which the row ends it.</param>
/// <param name="Last">The version of its last event.</param>
/// <param name="Run">The run of retention that is removing or restoring it; null for none.</param>
internal sealed record StreamRow(string Stream, bool Exists, long Version, long Last, long? Run);
