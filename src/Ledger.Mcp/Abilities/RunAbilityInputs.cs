using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Ledger.Explorer.Contracts;

namespace Ledger.Mcp.Abilities;

internal sealed record RunListInput
{
    [Description("A text that the id contains, in upper or lower case. Default: any.")]
    public string? Text { get; init; }

    [Description("What is listed: runs (the default), branches, or all, which includes streams of the application.")]
    public StreamKind? Kind { get; init; }

    [Description("Only after this one, by its id or stream name: the last of the page before. Default: from the first.")]
    public string? After { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }
}

internal sealed record RunStartInput
{
    [Description("The id of the new run. Default: a new UUID.")]
    public string? Id { get; init; }
}

internal sealed record RunAppendInput
{
    [Description("A run or branch, by its id or stream name.")]
    public required string Run { get; init; }

    [Description("The type of the event, such as 'object.created' or 'tool.called'.")]
    public required string Type { get; init; }

    [Description("The event's data: JSON. Of the events that change the world: object.created {id, type, data}, object.patched {id, patch}, "
        + "object.removed {id}, relation.created {id, type, source_id, target_id, data}, relation.removed {id}. Of any other type: any JSON.")]
    public required JsonElement Data { get; init; }

    [Description("The event's id in your system. Sent again with the same id, type and data, the event is written once. Default: a new UUID.")]
    [MinLength(1)]
    public string? Id { get; init; }

    [Description("Who or what caused the event, such as the name of an agent.")]
    public string? Actor { get; init; }

    [Description("The call of a task that the event belongs to, such as a tool.called or tool.returned.")]
    public string? CallId { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The number of events that the run or branch must have, as an earlier answer said in 'length'; with another number nothing is written. Default: any.")]
    public long? ExpectedLength { get; init; }

    [Description("Whether to refuse an object or relation event that cannot be applied to the world. Default: true.")]
    public bool? Validate { get; init; }
}

internal sealed record RunForkInput
{
    [Description("The run or branch to fork, by its id or stream name.")]
    public required string Run { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The number of its events that the branch shares.")]
    public required long At { get; init; }

    [Description("The id of the branch. Default: a new UUID.")]
    public string? Id { get; init; }

    [Description("What the branch is for.")]
    public string? Name { get; init; }
}

internal sealed record RunBranchesInput
{
    [Description("Only branches of this run or branch, direct or indirect. Default: all branches.")]
    public string? Run { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The number of items to skip: the 'next' of the page before.")]
    public int? Skip { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }
}

internal sealed record RunMergeInput
{
    [Description("The run or branch to merge into, by its id or stream name.")]
    public required string Run { get; init; }

    [Description("The run or branch to merge.")]
    public required string Source { get; init; }

    [Description("How conflicts without a decision of their own are decided: ours (of the run) or theirs (of the source). Default: they stay open.")]
    public string? Take { get; init; }

    [Description("Decisions: conflicts of an earlier answer, each with 'take'.")]
    public IReadOnlyList<MergeConflictContract>? Decisions { get; init; }

    [Description("Whether nothing is written.")]
    public bool? Preview { get; init; }

    [Description("Who merges.")]
    public string? Actor { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The number of changes, conflicts and decisions to skip in the answer: the 'next' of the page before. Ask for further pages with 'preview'.")]
    public int? Skip { get; init; }

    [Range(1, 1_000)]
    [Description("The most changes, conflicts and decisions in the answer. Default: 100.")]
    public int? Limit { get; init; }
}

internal sealed record RunPickInput
{
    [Description("The run or branch to write to, by its id or stream name.")]
    public required string Run { get; init; }

    [Description("The run or branch that has the events.")]
    public required string Source { get; init; }

    [Description("The ids of the events.")]
    public required IReadOnlyList<string> Events { get; init; }

    [Description("What becomes of events that these follow from and the run lacks: ask, which lists them and writes nothing, or include. Default: ask.")]
    public string? Causes { get; init; }

    [Description("How conflicts without a decision of their own are decided: ours (of the run) or theirs (of the source). Default: they stay open.")]
    public string? Take { get; init; }

    [Description("Decisions: conflicts of an earlier answer, each with 'take'.")]
    public IReadOnlyList<MergeConflictContract>? Decisions { get; init; }

    [Description("Whether nothing is written.")]
    public bool? Preview { get; init; }

    [Description("Who picks.")]
    public string? Actor { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The number of events, missing events, conflicts and decisions to skip in the answer: the 'next' of the page before. Ask for further pages with 'preview'.")]
    public int? Skip { get; init; }

    [Range(1, 1_000)]
    [Description("The most events, missing events, conflicts and decisions in the answer. Default: 100.")]
    public int? Limit { get; init; }
}

internal sealed record RunRebaseInput
{
    [Description("The branch to rebase, by its id or stream name.")]
    public required string Run { get; init; }

    [Description("The run or branch whose end the new branch begins at.")]
    public required string Onto { get; init; }

    [Description("The id of the new branch. Default: a new UUID.")]
    public string? Id { get; init; }

    [Description("What the new branch is for.")]
    public string? Name { get; init; }

    [Description("events, written one by one, or squash: one set of events for the difference. Default: events.")]
    public string? Mode { get; init; }

    [Description("How conflicts without a decision of their own are decided: ours (of 'onto') or theirs (of the branch). Default: what is in conflict is left out.")]
    public string? Take { get; init; }

    [Description("Decisions: conflicts of an earlier answer, each with 'take'.")]
    public IReadOnlyList<MergeConflictContract>? Decisions { get; init; }

    [Description("Whether nothing is written.")]
    public bool? Preview { get; init; }

    [Description("Who rebases.")]
    public string? Actor { get; init; }

    [Range(0, int.MaxValue)]
    [Description("The number of events, conflicts and decisions to skip in the answer: the 'next' of the page before. Ask for further pages with 'preview'.")]
    public int? Skip { get; init; }

    [Range(1, 1_000)]
    [Description("The most events, conflicts and decisions in the answer. Default: 100.")]
    public int? Limit { get; init; }
}
