namespace Ledger.Seal;

/// <summary>The result of an audit.</summary>
/// <param name="Size">How many leaves the tree has.</param>
/// <param name="Events">How many events are as they were sealed.</param>
/// <param name="Erased">Of how many of those the payload was erased and is not proved any more.</param>
/// <param name="Compacted">How many events a compaction of a record store moved to the archive, where they are as they were sealed.</param>
/// <param name="Checkpoints">How many checkpoints the tree leads to.</param>
/// <param name="Findings">How many things were found.</param>
public sealed record SealAudit(long Size, long Events, long Erased, long Compacted, long Checkpoints, long Findings)
{
    /// <summary>Whether nothing was found.</summary>
    public bool IsClean => Findings == 0;
}
