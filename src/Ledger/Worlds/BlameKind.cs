namespace Ledger.Worlds;

/// <summary>The effect of an event on an object or relation.</summary>
public enum BlameKind
{
    /// <summary>Created it.</summary>
    Created,

    /// <summary>Replaced it as a whole, including its properties.</summary>
    Replaced,

    /// <summary>Set some of its properties.</summary>
    Patched,

    /// <summary>Removed it.</summary>
    Removed,
}
