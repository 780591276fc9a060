namespace Ledger.Explorer;

/// <summary>Whether an explorer answers questions in SQL.</summary>
public enum ExplorerQuerying
{
    /// <summary>A question is refused with 403.</summary>
    Off,

    /// <summary>
    /// Every user of the explorer may ask what the role of readers may read: one statement in a read-only transaction with a time limit. It needs the data source
    /// that <c>AddLedger</c> uses; see docs/sql.md.
    /// </summary>
    Allowed,
}
