namespace Ledger.Seal;

/// <summary>The result of an audit.</summary>
/// <param name="Size">How many leaves the tree has.</param>
/// <param name="Events">How many events are as they were sealed.</param>
/// <param name="Erased">Of how many of those, and of those compacted, the payload or headers are gone and are not proved any more.</param>
/// <param name="Compacted">How many events a compaction of a record store moved to the archive, where they are as they were sealed.</param>
/// <param name="Checkpoints">How many checkpoints the tree leads to.</param>
/// <param name="AfterLastCheckpoint">How many events of the tree follow the last of these: a person who can write to the database can change them together with the seal.</param>
/// <param name="Unsealed">How many events follow the tree and were not looked at, counted up to 10,000.</param>
/// <param name="Findings">How many things were found.</param>
public sealed record SealAudit(long Size, long Events, long Erased, long Compacted, long Checkpoints, long AfterLastCheckpoint, long Unsealed, long Findings)
{
    /// <summary>How many sealed events retention has removed, as its own events say.</summary>
    public long Retained { get; init; }

    /// <summary>How many sealed events compactions of record stores have deleted, as their events say.</summary>
    public long Deleted { get; init; }

    /// <summary>Whether nothing was found.</summary>
    public bool IsClean => Findings == 0;
}
