namespace Ledger.Postgres.Retention;

/// <summary>A stream that was restored from an archive.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Version">Its last version.</param>
/// <param name="Events">How many events the archive has.</param>
public sealed record RestoredStream(StreamName Stream, long Version, long Events);
