namespace Ledger.Records.Chronomemory;

/// <summary>What an import does with lines that are no sound event in their place.</summary>
public enum DamagedLines
{
    /// <summary>The import is refused at the first.</summary>
    Refuse,

    /// <summary>They are left out, and listed with the reason.</summary>
    Skip,

    /// <summary>They are stored as they are, and the chain stays broken there; lines in which no event can be read are listed.</summary>
    Keep,
}
