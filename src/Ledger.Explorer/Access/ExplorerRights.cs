namespace Ledger.Explorer.Access;

/// <summary>What the owner of a token may do.</summary>
public enum ExplorerRights
{
    /// <summary>Read: a request that would write is refused with 403.</summary>
    Read,

    /// <summary>Read, and write as far as <see cref="LedgerExplorerOptions.Writing"/> allows.</summary>
    Write,

    /// <summary>Read and write, and replace payloads of events for good, as far as <see cref="LedgerExplorerOptions.Masking"/> allows.</summary>
    Mask,
}
