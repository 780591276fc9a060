namespace Ledger.Runs;

/// <summary>What a rebase writes.</summary>
public enum RebaseMode
{
    /// <summary>The branch's events one by one, with who caused them and why.</summary>
    Events,

    /// <summary>One set of events for the difference, as a merge writes it.</summary>
    Squash,
}
