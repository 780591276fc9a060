namespace Ledger.Records.Chronomemory;

/// <summary>The result of an import.</summary>
/// <param name="Events">The number of events written, without those that the store had already.</param>
/// <param name="Records">The number of snapshot records written because the log lacks their events.</param>
/// <param name="Left">The lines that could not be stored, or were skipped.</param>
/// <param name="Values">Imported values that the store would refuse in a normal write.</param>
/// <param name="Head">The head of the store after the import.</param>
public sealed record ChronoImport(
    long Events,
    long Records,
    IReadOnlyList<DamagedLine> Left,
    IReadOnlyList<DamagedLine> Values,
    ChainHead Head);
