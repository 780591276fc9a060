namespace Ledger.Explorer;

/// <summary>Whether an explorer may write to the log.</summary>
public enum ExplorerWriting
{
    /// <summary>Read-only: a request that would write is refused with 403.</summary>
    Off,

    /// <summary>Every user of the explorer may also fork, append and rebuild, unless a policy restricts it.</summary>
    Allowed,
}
