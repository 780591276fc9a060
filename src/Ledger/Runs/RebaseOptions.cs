using Ledger.Log;
using Ledger.Worlds;

namespace Ledger.Runs;

/// <summary>How a branch is rebased.</summary>
public sealed record RebaseOptions
{
    /// <summary>The new branch's id. Default: null, a new one.</summary>
    public string? Id { get; init; }

    /// <summary>A label for people. Default: null, none.</summary>
    public string? Name { get; init; }

    /// <summary>Whether events or their difference are written. Default: <see cref="RebaseMode.Events"/>.</summary>
    public RebaseMode Mode { get; init; }

    /// <summary>How many events of the branch's history are rebased. Default: null, all of them.</summary>
    public Position? At { get; init; }

    /// <summary>Decides conflicts; "ours" is the history that is rebased onto. Default: <see cref="MergeResolver.None"/>: what is in conflict is left out.</summary>
    public MergeResolver Resolver { get; init; } = MergeResolver.None;

    /// <summary>Who rebases and why, for <c>branch.created</c>, <c>branch.rebased</c> and what a squash writes; events that are written again keep their own.</summary>
    public EventMetadata Metadata { get; init; } = EventMetadata.None;
}
