namespace Ledger.Records;

/// <summary>What a compaction does with the events before it.</summary>
public enum CompactedHistory
{
    /// <summary>They go to a table of their own, are read and verified as before, and can be asked for as of any seq.</summary>
    Archive,

    /// <summary>They are deleted, with those of earlier compactions; the store is known from here on only.</summary>
    Delete,
}
