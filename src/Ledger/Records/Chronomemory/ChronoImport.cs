namespace Ledger.Records.Chronomemory;

/// <summary>What an import did.</summary>
/// <param name="Events">How many events were written; those that the store had already do not count.</param>
/// <param name="Records">How many records of the snapshot were written, because the log does not have their events.</param>
/// <param name="Left">The lines that could not be stored, or were skipped.</param>
/// <param name="Values">Values that are kept, and that the store would refuse if they were written today.</param>
/// <param name="Head">Where the store stands now.</param>
public sealed record ChronoImport(
    long Events,
    long Records,
    IReadOnlyList<DamagedLine> Left,
    IReadOnlyList<DamagedLine> Values,
    ChainHead Head);
