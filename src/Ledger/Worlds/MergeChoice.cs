namespace Ledger.Worlds;

/// <summary>What a <see cref="MergeDecision"/> chooses.</summary>
public enum MergeChoice
{
    /// <summary>The value of the history that is merged into.</summary>
    Ours,

    /// <summary>The value of the history that is merged.</summary>
    Theirs,

    /// <summary>Another value.</summary>
    Set,

    /// <summary>No value.</summary>
    Remove,
}
