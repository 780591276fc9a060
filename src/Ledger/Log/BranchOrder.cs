namespace Ledger.Log;

/// <summary>The orders of a page of branches.</summary>
public enum BranchOrder
{
    /// <summary>By creation, the oldest first, then by name.</summary>
    OldestFirst,

    /// <summary>By creation, the newest first, then by name, the last first.</summary>
    NewestFirst,
}
