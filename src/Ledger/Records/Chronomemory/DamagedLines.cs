namespace Ledger.Records.Chronomemory;

/// <summary>How an import treats lines that are not valid events in their place.</summary>
public enum DamagedLines
{
    /// <summary>The first one refuses the import.</summary>
    Refuse,

    /// <summary>They are left out and listed with the reason.</summary>
    Skip,

    /// <summary>They are stored unchanged, and the chain stays broken there; unreadable lines are listed.</summary>
    Keep,
}
