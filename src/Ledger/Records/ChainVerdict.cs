namespace Ledger.Records;

/// <summary>The result of a verification.</summary>
/// <param name="Events">The number of events read.</param>
/// <param name="FirstBroken">The first place at which the chain is broken; null if it is valid.</param>
/// <param name="LastHash">The hash that the next event will link to; empty at the beginning.</param>
/// <param name="Warnings">Problems that a valid chain cannot show; empty if there are none.</param>
public sealed record ChainVerdict(long Events, ChainBreak? FirstBroken, string LastHash, IReadOnlyList<ChainWarning> Warnings)
{
    /// <summary>Whether every event has the hash of its text and links to the event before.</summary>
    public bool ChainValid => FirstBroken is null;
}
