using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Contracts;

/// <summary>A run or branch.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Stream">The name of its stream.</param>
/// <param name="Version">The number of events of the stream itself.</param>
/// <param name="State">open or archived.</param>
/// <param name="CreatedAt">The time of its creation.</param>
/// <param name="UpdatedAt">The time of its last event.</param>
/// <param name="Length">The number of events of its history.</param>
/// <param name="Parent">The stream that a branch was forked from; null in lists.</param>
/// <param name="Root">The run at the root of a branch.</param>
/// <param name="ForkPosition">The number of events that a branch shares.</param>
/// <param name="Name">The label of a branch; null in lists.</param>
/// <param name="BranchCount">The number of branches forked from it, in lists.</param>
/// <param name="Usage">What its calls cost, where the whole history was read.</param>
/// <param name="UsageSinceFork">What the calls of a branch itself cost.</param>
/// <param name="OpenCalls">Its open calls, where the whole history was read.</param>
internal sealed record RunContract(
    string Id,
    string Stream,
    long Version,
    string State,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long? Length = null,
    string? Parent = null,
    string? Root = null,
    long? ForkPosition = null,
    string? Name = null,
    long? BranchCount = null,
    CallTotalsContract? Usage = null,
    CallTotalsContract? UsageSinceFork = null,
    IReadOnlyList<OpenCallContract>? OpenCalls = null)
{
    public static RunContract Of(StreamInfo stream) => new(
        stream.Name.Id,
        stream.Name.Value,
        stream.Version.Value,
        stream.State == StreamState.Archived ? "archived" : "open",
        stream.CreatedAt,
        stream.UpdatedAt,
        stream.Name.IsBranch ? null : stream.Version.Value);

    public static RunContract Of(StreamInfo stream, History history) => Of(stream) with
    {
        Length = history.LengthAt(stream.Version).Value,
        Root = history.Root.Value,
        ForkPosition = history.PrefixLength.Value,
    };

    public static RunContract Of(StreamInfo stream, Position length, BranchInfo? branch) => Of(stream) with
    {
        Length = length.Value,
        Parent = branch?.Parent.Value,
        Root = branch?.Root.Value,
        ForkPosition = branch?.ForkPosition.Value,
        Name = branch?.Name,
    };

    public RunContract With(RunUsage usage) => this with
    {
        Usage = CallTotalsContract.Of(usage.Whole),
        UsageSinceFork = usage.SinceFork is { } own ? CallTotalsContract.Of(own) : null,
    };
}

/// <summary>A page of runs and branches.</summary>
internal sealed record RunPageContract(IReadOnlyList<RunContract> Runs, bool HasMore);

/// <summary>A branch and where it was forked.</summary>
internal sealed record BranchContract(
    string Id, string Stream, string Parent, string Root, long ForkPosition, DateTimeOffset CreatedAt, string? Name = null)
{
    public static BranchContract Of(BranchInfo branch) => new(
        branch.Stream.Id,
        branch.Stream.Value,
        branch.Parent.Value,
        branch.Root.Value,
        branch.ForkPosition.Value,
        branch.CreatedAt,
        branch.Name);
}
