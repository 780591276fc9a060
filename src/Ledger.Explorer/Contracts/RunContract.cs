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
/// <param name="Usage">What its calls cost, where that is known.</param>
/// <param name="UsageSinceFork">What the calls of a branch itself cost.</param>
/// <param name="OpenCalls">Its open calls, where they are known.</param>
/// <param name="Status">running, done, failed or waiting, where that is known.</param>
/// <param name="WaitsFor">approval, budget or call, if it waits.</param>
/// <param name="WaitsUntil">When what it waits for expires.</param>
/// <param name="Title">Its title.</param>
/// <param name="Model">The model that was asked last.</param>
/// <param name="Error">What went wrong, if it failed.</param>
/// <param name="Labels">Its labels, if it has any.</param>
/// <param name="StartedAt">The time of its first own event.</param>
/// <param name="ModelCalls">The number of its own calls of models.</param>
/// <param name="ToolCalls">The number of its own calls of tools.</param>
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
    IReadOnlyList<OpenCallContract>? OpenCalls = null,
    string? Status = null,
    string? WaitsFor = null,
    DateTimeOffset? WaitsUntil = null,
    string? Title = null,
    string? Model = null,
    string? Error = null,
    IReadOnlyList<string>? Labels = null,
    DateTimeOffset? StartedAt = null,
    long? ModelCalls = null,
    long? ToolCalls = null)
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

    public RunContract With(RunSummary? summary) => summary is null ? this : With(summary.Usage) with
    {
        Length = summary.Length.Value,
        OpenCalls = [.. summary.OpenCalls.Select(OpenCallContract.Of)],
        Status = summary.Status.ToString().ToLowerInvariant(),
        WaitsFor = summary.WaitsFor?.ToString().ToLowerInvariant(),
        WaitsUntil = summary.WaitsUntil,
        Title = summary.Title,
        Model = summary.Model,
        Error = summary.Error,
        Labels = summary.Labels.Count == 0 ? null : summary.Labels,
        StartedAt = summary.StartedAt,
        ModelCalls = summary.ModelCalls,
        ToolCalls = summary.ToolCalls,
    };
}

/// <summary>Runs of one day, model or label, added up.</summary>
/// <param name="Group">The day, the model or the label.</param>
/// <param name="Runs">How many there are.</param>
/// <param name="FailedRuns">How many have failed.</param>
/// <param name="Calls">How many calls of models and tools were begun.</param>
/// <param name="Tokens">The tokens of the calls.</param>
/// <param name="CostUsd">What the calls cost.</param>
internal sealed record RunTotalsContract(string? Group, long Runs, long FailedRuns, long Calls, long Tokens, decimal CostUsd)
{
    public static RunTotalsContract Of(RunTotals t) => new(t.Group, t.Runs, t.FailedRuns, t.Calls, t.Tokens, t.CostUsd);
}

/// <summary>Runs, added up.</summary>
/// <param name="Totals">The days, models or labels.</param>
/// <param name="Behind">How many events at the end of the log are not in them yet, at most.</param>
internal sealed record RunTotalsListContract(IReadOnlyList<RunTotalsContract> Totals, long Behind)
{
    public static RunTotalsListContract Of(IReadOnlyList<RunTotals> totals, long behind) => new([.. totals.Select(RunTotalsContract.Of)], behind);
}

/// <summary>A page of runs and branches.</summary>
/// <param name="Runs">The runs and branches.</param>
/// <param name="HasMore">Whether more of them follow.</param>
/// <param name="Next">What the next page has as 'after'; absent after the last page.</param>
/// <param name="Behind">How many events at the end of the log such a list does not show yet.</param>
internal sealed record RunPageContract(IReadOnlyList<RunContract> Runs, bool HasMore, string? Next = null, long? Behind = null);

/// <summary>A page of branches.</summary>
/// <param name="Branches">The branches, by creation.</param>
/// <param name="Next">What the next page has as 'after'; absent after the last page.</param>
internal sealed record BranchPageContract(IReadOnlyList<BranchContract> Branches, string? Next = null);

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
