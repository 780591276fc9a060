using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>How a run or branch is merged into another.</summary>
public sealed record MergeOptions
{
    /// <summary>Decides conflicts. Default: <see cref="MergeResolver.None"/>, which leaves them open.</summary>
    public MergeResolver Resolver { get; init; } = MergeResolver.None;

    /// <summary>How many events of the source's history are merged. Default: null, all of them.</summary>
    public Position? At { get; init; }

    /// <summary>The length that the history must have that is merged into. Default: null, any: if it grows meanwhile, the merge starts again.</summary>
    /// <remarks>It does not go with a <see cref="Resolver"/> that records calls in this history, because they let it grow.</remarks>
    public Position? ExpectedLength { get; init; }

    /// <summary>Who merges and why, for the events that are written; their causes are those of the merge.</summary>
    public EventMetadata Metadata { get; init; } = EventMetadata.None;
}
