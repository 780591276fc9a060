namespace Ledger.Records;

/// <summary>What a verification found.</summary>
/// <param name="Events">How many events were read.</param>
/// <param name="FirstBroken">The first place at which the chain does not hold; null where it is valid.</param>
/// <param name="LastHash">The hash that the next event takes as the one before it; empty at the beginning.</param>
/// <param name="Warnings">What a valid chain does not tell; empty where all is well.</param>
public sealed record ChainVerdict(long Events, ChainBreak? FirstBroken, string LastHash, IReadOnlyList<ChainWarning> Warnings)
{
    /// <summary>Whether every event's hash is that of its text, and names the hash of the event before.</summary>
    public bool ChainValid => FirstBroken is null;
}
