namespace Ledger.Worlds;

/// <summary>Why a snapshot is not used.</summary>
internal enum SnapshotFault
{
    /// <summary>It is good, so far as can be told.</summary>
    None,

    /// <summary>It is not what was written.</summary>
    Damaged,

    /// <summary>It is written in a format that this version does not know, and may be good for another.</summary>
    OtherFormat,

    /// <summary>It stands for another run or branch, or for another place of it.</summary>
    Foreign,

    /// <summary>The log has another event, or none, where the snapshot ends.</summary>
    Stale,
}
