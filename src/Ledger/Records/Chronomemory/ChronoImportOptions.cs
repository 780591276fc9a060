namespace Ledger.Records.Chronomemory;

/// <summary>How an import treats a folder that is not as it should be.</summary>
public sealed record ChronoImportOptions
{
    /// <summary>What becomes of lines that are no sound event in their place. Default: the import is refused at the first.</summary>
    public DamagedLines Damaged { get; init; } = DamagedLines.Refuse;
}
