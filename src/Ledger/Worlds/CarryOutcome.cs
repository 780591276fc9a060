namespace Ledger.Worlds;

/// <summary>What becomes of an event that is to be written again in another history.</summary>
public enum CarryOutcome
{
    /// <summary>It is written again; <c>written</c>.</summary>
    Written,

    /// <summary>It changes nothing there, because the world is so already, or changed nothing where it is; <c>unchanged</c>.</summary>
    Unchanged,

    /// <summary>That history has it, or had it picked before; <c>known</c>.</summary>
    Known,

    /// <summary>It records a call, a budget, an approval or a branch, which stays where it happened; <c>record</c>.</summary>
    Record,

    /// <summary>That history has changed the same value differently, and no decision was made; <c>conflict</c>.</summary>
    Conflict,
}
