namespace Ledger.Worlds;

/// <summary>Why two changes cannot both be merged.</summary>
public enum MergeConflictReason
{
    /// <summary>Both sides set the same value differently, or one set it and the other took it away; <c>set</c>.</summary>
    Set,

    /// <summary>Both sides gave an object or relation different types; <c>retyped</c>.</summary>
    Retyped,

    /// <summary>Both sides created the same id with different content; <c>created</c>.</summary>
    Created,

    /// <summary>One side removed what the other changed; <c>removed</c>.</summary>
    Removed,

    /// <summary>One side removed an object that a relation of the other side leads to or starts from; <c>lost_end</c>.</summary>
    LostEnd,
}
