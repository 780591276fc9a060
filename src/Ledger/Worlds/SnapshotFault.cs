namespace Ledger.Worlds;

/// <summary>The reason why a snapshot is not used.</summary>
internal enum SnapshotFault
{
    /// <summary>No fault was found.</summary>
    None,

    /// <summary>It is not the text that was written.</summary>
    Damaged,

    /// <summary>Its format is unknown to this version; another version may be able to use it.</summary>
    OtherFormat,

    /// <summary>It belongs to another run or branch, or to another position.</summary>
    Foreign,

    /// <summary>The log has another event, or none, at the snapshot's end.</summary>
    Stale,
}
