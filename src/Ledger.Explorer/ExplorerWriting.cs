namespace Ledger.Explorer;

/// <summary>Whether an explorer may write to the log.</summary>
public enum ExplorerWriting
{
    /// <summary>It reads alone; a request that would write is refused with 403.</summary>
    Off,

    /// <summary>Whoever may see it may also fork, append and rebuild, unless a policy says less.</summary>
    Allowed,
}
