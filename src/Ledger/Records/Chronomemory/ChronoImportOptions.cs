namespace Ledger.Records.Chronomemory;

/// <summary>How an import treats a damaged folder.</summary>
public sealed record ChronoImportOptions
{
    /// <summary>How to treat lines that are not valid events in their place. Default: the first one refuses the import.</summary>
    public DamagedLines Damaged { get; init; } = DamagedLines.Refuse;
}
