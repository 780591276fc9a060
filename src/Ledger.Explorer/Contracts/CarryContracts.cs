using System.ComponentModel;
using System.Text.Json;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;

namespace Ledger.Explorer.Contracts;

/// <summary>What a cherry-pick writes or wrote, and what is in its way.</summary>
internal sealed record CherryPickContract
{
    /// <summary>The stream that is picked into.</summary>
    public required string Target { get; init; }

    /// <summary>The length of its history before the cherry-pick.</summary>
    public required long TargetLength { get; init; }

    /// <summary>The stream that has the events.</summary>
    public required string Source { get; init; }

    /// <summary>The events, and what becomes of each.</summary>
    public required IReadOnlyList<CarriedEventContract> Carried { get; init; }

    /// <summary>The events that the chosen ones follow from, that were not chosen, and that the target lacks.</summary>
    public required IReadOnlyList<MissingEventContract> Missing { get; init; }

    /// <summary>The open conflicts.</summary>
    public required IReadOnlyList<MergeConflictContract> Conflicts { get; init; }

    /// <summary>The decided conflicts.</summary>
    public required IReadOnlyList<MergeConflictContract> Decisions { get; init; }

    /// <summary>The event branch.picked; absent if nothing was written.</summary>
    public Guid? EventId { get; init; }

    /// <summary>The length of the target's history after the cherry-pick; absent if nothing was written.</summary>
    public long? Length { get; init; }

    public static CherryPickContract Of(CherryPickPreview preview, EventRegistry registry) => new()
    {
        Target = preview.Target.Value,
        TargetLength = preview.TargetLength.Value,
        Source = preview.Source.Value,
        Carried = [.. preview.Events.Select(e => CarriedEventContract.Of(e, registry))],
        Missing = [.. preview.Missing.Select(MissingEventContract.Of)],
        Conflicts = [.. preview.Conflicts.Select(c => MergeConflictContract.Of(c))],
        Decisions = [.. preview.Decisions.Select(d => MergeConflictContract.Of(d.Key, d.Value))],
    };

    public static CherryPickContract Of(CherryPickResult result, EventRegistry registry) => Of(result.Picked, registry) with
    {
        EventId = result.EventId,
        Length = result.EventId is null ? null : result.Length.Value,
    };
}

/// <summary>What a rebase writes or wrote, and what it leaves out.</summary>
/// <remarks>The answer to a request that another server gets again lists no events and conflicts, if the history that was rebased onto has grown since.</remarks>
internal sealed record RebaseContract
{
    /// <summary>The stream of the branch that is rebased.</summary>
    public required string Source { get; init; }

    /// <summary>How many events of its history are rebased.</summary>
    public required long SourceLength { get; init; }

    /// <summary>The stream whose end the new branch begins at.</summary>
    public required string Onto { get; init; }

    /// <summary>The length of its history.</summary>
    public required long OntoLength { get; init; }

    /// <summary>The common state of both.</summary>
    public required MergeBaseContract Base { get; init; }

    /// <summary>The branch's events, and what becomes of each; none of a squash.</summary>
    public required IReadOnlyList<CarriedEventContract> Carried { get; init; }

    /// <summary>The events that a squash writes.</summary>
    public required IReadOnlyList<MergeChangeContract> Squashed { get; init; }

    /// <summary>The conflicts because of which events or values are left out.</summary>
    public required IReadOnlyList<MergeConflictContract> Conflicts { get; init; }

    /// <summary>The decided conflicts.</summary>
    public required IReadOnlyList<MergeConflictContract> Decisions { get; init; }

    /// <summary>The stream of the new branch; absent in a preview.</summary>
    public string? Branch { get; init; }

    /// <summary>The event branch.rebased; absent in a preview.</summary>
    public Guid? EventId { get; init; }

    /// <summary>The length of the new branch's history; absent in a preview.</summary>
    public long? Length { get; init; }

    public static RebaseContract Of(RebasePreview preview, EventRegistry registry) => new()
    {
        Source = preview.Source.Value,
        SourceLength = preview.SourceLength.Value,
        Onto = preview.Onto.Value,
        OntoLength = preview.OntoLength.Value,
        Base = new MergeBaseContract(preview.Base.Stream, preview.Base.At),
        Carried = [.. preview.Events.Select(e => CarriedEventContract.Of(e, registry))],
        Squashed = [.. preview.Changes.Select(c => MergeChangeContract.Of(c, registry))],
        Conflicts = [.. preview.Conflicts.Select(c => MergeConflictContract.Of(c))],
        Decisions = [.. preview.Decisions.Select(d => MergeConflictContract.Of(d.Key, d.Value))],
    };

    /// <summary>A rebase by what its branch says of it.</summary>
    public static RebaseContract Of(BranchInfo branch, BranchRebased rebased) => new()
    {
        Source = rebased.Source,
        SourceLength = rebased.At,
        Onto = branch.Parent.Value,
        OntoLength = branch.ForkPosition.Value,
        Base = new MergeBaseContract(rebased.Base.Stream, rebased.Base.At),
        Carried = [],
        Squashed = [],
        Conflicts = [],
        Decisions = [],
    };

    public static RebaseContract Of(RebaseResult result, EventRegistry registry) => Of(result.Rebased, registry) with
    {
        Branch = result.Branch.StreamName.Value,
        EventId = result.EventId,
        Length = result.Length.Value,
    };
}

/// <summary>An event that is to be written again elsewhere, and what becomes of it: written, unchanged, known, record or conflict.</summary>
internal sealed record CarriedEventContract(Guid EventId, long Position, string Type, string Outcome, IReadOnlyList<WrittenEventContract> Written, string? Actor = null)
{
    public static CarriedEventContract Of(CarriedEvent carried, EventRegistry registry) => new(
        carried.Original.Id,
        carried.Original.Position!.Value.Value,
        carried.Original.Type,
        carried.Outcome.ToName(),
        [.. carried.Written.Select(w => WrittenEventContract.Of(w, registry))],
        carried.Original.Metadata.Actor);
}

/// <summary>An event that is written.</summary>
/// <remarks><c>DataOmitted</c> is how many bytes the data has, where a list of bounded size has null in its place.</remarks>
internal sealed record WrittenEventContract(string Type, JsonElement Data, long? DataOmitted = null)
{
    public static WrittenEventContract Of(NewEvent written, EventRegistry registry)
    {
        var serialized = registry.Write(written);
        return new WrittenEventContract(serialized.Type, JsonElement.Parse(serialized.Json.Span));
    }
}

/// <summary>An event that others follow from.</summary>
internal sealed record MissingEventContract(Guid EventId, long Position, string Type, string? Actor = null)
{
    public static MissingEventContract Of(RecordedEvent recorded) =>
        new(recorded.Id, recorded.Position!.Value.Value, recorded.Type, recorded.Metadata.Actor);
}

/// <summary>The body of a request that picks events.</summary>
internal sealed record CherryPickRequest
{
    [Description("The stream that has the events, such as branch:second.")]
    public required string Source { get; init; }

    [Description("The ids of the events, or the ids that they had in a file.")]
    public required IReadOnlyList<string> Events { get; init; }

    [Description("What becomes of events that the chosen ones follow from and the target lacks: ask, which refuses, or include. Default: ask.")]
    public string? Causes { get; init; }

    [Description("How conflicts without a decision of their own are decided: ours (of the target) or theirs (of the source). Default: they stay open.")]
    public string? Take { get; init; }

    [Description("Decisions: conflicts of a preview, each with 'take'. One whose values have changed since is not used.")]
    public IReadOnlyList<MergeConflictContract>? Decisions { get; init; }

    [Description("The expected length of the target's history.")]
    public long? ExpectedLength { get; init; }

    [Description("Who picks.")]
    public string? Actor { get; init; }
}

/// <summary>The body of a request that rebases a branch.</summary>
internal sealed record RebaseRequest
{
    [Description("The stream whose end the new branch begins at, such as run:first.")]
    public required string Onto { get; init; }

    [Description("The id of the new branch. Default: a new UUID.")]
    public string? Id { get; init; }

    [Description("A label for people.")]
    public string? Name { get; init; }

    [Description("events, written one by one, or squash: one set of events for the difference. Default: events.")]
    public string? Mode { get; init; }

    [Description("How conflicts without a decision of their own are decided: ours (of 'onto') or theirs (of the branch). Default: what is in conflict is left out.")]
    public string? Take { get; init; }

    [Description("Decisions: conflicts of a preview, each with 'take'. One whose values have changed since is not used.")]
    public IReadOnlyList<MergeConflictContract>? Decisions { get; init; }

    [Description("How many events of the branch are rebased. Default: all.")]
    public long? At { get; init; }

    [Description("Who rebases.")]
    public string? Actor { get; init; }
}
