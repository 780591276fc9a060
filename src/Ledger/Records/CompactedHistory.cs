namespace Ledger.Records;

/// <summary>What happens to the events before a compaction.</summary>
public enum CompactedHistory
{
    /// <summary>They move to an archive table, where they can still be read, verified and queried as of any seq.</summary>
    Archive,

    /// <summary>They are deleted, with those of earlier compactions; the store's history starts here.</summary>
    Delete,
}
