using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Ledger.Explorer.Contracts;

namespace Ledger.Mcp.Abilities;

internal sealed record RunListInput
{
    [Description("A run, by its id or stream name, such as the last of the page before: only runs after it. Default: from the first.")]
    public string? After { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }
}

internal sealed record RunEventsInput
{
    [Description("A run or branch, by its id or stream name.")]
    public required string Run { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The position of the first event. Default: 0.")]
    public long? From { get; init; }

    [Range(1, 1_000)]
    [Description("The most items to return. Default: 100.")]
    public int? Limit { get; init; }

    [Description("Only events that belong to this call of a task.")]
    public string? CallId { get; init; }
}

internal sealed record RunAppendInput
{
    [Description("A run or branch, by its id or stream name.")]
    public required string Run { get; init; }

    [Description("The type of the event, such as 'object.created' or 'tool.called'.")]
    public required string Type { get; init; }

    [Description("The event's data: JSON.")]
    public required JsonElement Data { get; init; }

    [Description("The event's id in your system. Sent again with the same id, type and data, the event is written once. Default: a new UUID.")]
    [MinLength(1)]
    public string? Id { get; init; }

    [Description("Who or what caused the event, such as the name of an agent.")]
    public string? Actor { get; init; }

    [Description("The call of a task that the event belongs to, such as a tool.called or tool.returned.")]
    public string? CallId { get; init; }

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

internal sealed record RunWorldInput
{
    [Description("A run or branch, by its id or stream name.")]
    public required string Run { get; init; }

    [Range(0, long.MaxValue)]
    [Description("The number of events to apply. Default: all.")]
    public long? At { get; init; }

    [Description("Whether an event that cannot be applied is an error. Otherwise it is skipped and listed in 'faults'.")]
    public bool? Strict { get; init; }
}

internal sealed record RunDiffInput
{
    [Description("The run or branch to start from.")]
    public required string Run { get; init; }

    [Description("The run or branch to compare it with.")]
    public required string Other { get; init; }
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
}

internal sealed record RunTraceInput
{
    [Description("The run or branch that has the event.")]
    public required string Run { get; init; }

    [Description("The id of the event.")]
    public required string EventId { get; init; }
}
