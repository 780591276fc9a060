namespace Ledger.Worlds;

/// <summary>What an event did to an object.</summary>
public enum BlameKind
{
    /// <summary>Made it.</summary>
    Created,

    /// <summary>Made it anew in its place: what it had before is gone.</summary>
    Replaced,

    /// <summary>Set properties of it.</summary>
    Patched,

    /// <summary>Removed it.</summary>
    Removed,
}
