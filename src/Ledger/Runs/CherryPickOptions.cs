using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>How events of another run or branch are picked.</summary>
public sealed record CherryPickOptions
{
    /// <summary>What becomes of causes that were not chosen. Default: <see cref="PickCauses.Ask"/>, which refuses to pick without them.</summary>
    public PickCauses Causes { get; init; }

    /// <summary>Decides conflicts. Default: <see cref="MergeResolver.None"/>, which leaves them open.</summary>
    public MergeResolver Resolver { get; init; } = MergeResolver.None;

    /// <summary>The length that the history must have that is picked into. Default: null, any: if it grows meanwhile, the cherry-pick starts again.</summary>
    public Position? ExpectedLength { get; init; }

    /// <summary>Who picks and why, for the events that are written; each is caused by its original, and has its application's headers too.</summary>
    public EventMetadata Metadata { get; init; } = EventMetadata.None;
}
