namespace Ledger.Records;

/// <summary>The result of a verification.</summary>
/// <param name="Events">The number of events read.</param>
/// <param name="FirstBroken">The first place at which the chain is broken; null if it is valid.</param>
/// <param name="LastHash">The hash that the next event will link to; empty at the beginning.</param>
/// <param name="Warnings">Problems that a valid chain cannot show; empty if there are none.</param>
public sealed record ChainVerdict(long Events, ChainBreak? FirstBroken, string LastHash, IReadOnlyList<ChainWarning> Warnings)
{
    /// <summary>The most events that <see cref="Erased"/> has.</summary>
    public const int MostErased = 1_000;

    /// <summary>The first events whose text was masked, in order; see <see cref="ErasedCount"/>.</summary>
    public IReadOnlyList<ErasedLink> Erased { get; init; } = [];

    /// <summary>How many events have a masked text, up to the first break.</summary>
    public long ErasedCount { get; init; }

    /// <summary>Whether the chain is valid, erased in part, or broken.</summary>
    public ChainState State => FirstBroken is not null ? ChainState.Broken : ErasedCount > 0 ? ChainState.Erased : ChainState.Valid;

    /// <summary>Whether every event has the hash of its text and links to the event before; false also where a text was masked.</summary>
    public bool ChainValid => State == ChainState.Valid;
}
