using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Log;
using Ledger.Runs;
using Ledger.Worlds;

namespace Ledger.Explorer.Contracts;

/// <summary>What a merge of one run or branch into another writes or wrote, and the conflicts in its way.</summary>
internal sealed record MergeContract
{
    /// <summary>The stream that is merged into.</summary>
    public required string Target { get; init; }

    /// <summary>The length of its history before the merge.</summary>
    public required long TargetLength { get; init; }

    /// <summary>The stream that is merged.</summary>
    public required string Source { get; init; }

    /// <summary>How many events of its history are merged.</summary>
    public required long SourceLength { get; init; }

    /// <summary>The common state that both are compared with.</summary>
    public required MergeBaseContract Base { get; init; }

    /// <summary>Whether there is nothing to merge.</summary>
    public required bool UpToDate { get; init; }

    /// <summary>The events of objects and relations.</summary>
    public required IReadOnlyList<MergeChangeContract> Changes { get; init; }

    /// <summary>The open conflicts.</summary>
    public required IReadOnlyList<MergeConflictContract> Conflicts { get; init; }

    /// <summary>The decided conflicts.</summary>
    public required IReadOnlyList<MergeConflictContract> Decisions { get; init; }

    /// <summary>The calls of the merged part, which are not merged.</summary>
    public required MergeEffectsContract Effects { get; init; }

    /// <summary>The event branch.merged; absent if nothing was written.</summary>
    public Guid? EventId { get; init; }

    /// <summary>The length of the target's history after the merge; absent if nothing was written.</summary>
    public long? Length { get; init; }

    public static MergeContract Of(MergePreview preview, EventRegistry registry) => new()
    {
        Target = preview.Target.Value,
        TargetLength = preview.TargetLength.Value,
        Source = preview.Source.Value,
        SourceLength = preview.SourceLength.Value,
        Base = new MergeBaseContract(preview.Base.Stream, preview.Base.At),
        UpToDate = preview.IsUpToDate,
        Changes = [.. preview.Changes.Select(c => MergeChangeContract.Of(c, registry))],
        Conflicts = [.. preview.Conflicts.Select(c => MergeConflictContract.Of(c))],
        Decisions = [.. preview.Decisions.Select(d => MergeConflictContract.Of(d.Key, d.Value))],
        Effects = MergeEffectsContract.Of(preview.Effects),
    };

    public static MergeContract Of(MergeResult result, EventRegistry registry) => Of(result.Merged, registry) with
    {
        EventId = result.EventId,
        Length = result.EventId is null ? null : result.Length.Value,
    };
}

/// <summary>A common state: the first events of a history.</summary>
internal sealed record MergeBaseContract(string Stream, long Length);

/// <summary>An event that a merge writes.</summary>
/// <remarks><c>DataOmitted</c> is how many bytes the data has, where a list of bounded size has null in its place.</remarks>
internal sealed record MergeChangeContract(
    string Kind, string Id, string Change, string Type, JsonElement Data, IReadOnlyList<Guid> Cause, long? DataOmitted = null)
{
    public static MergeChangeContract Of(MergeChange change, EventRegistry registry)
    {
        var written = registry.Write(new NewEvent(change.Event));
        return new MergeChangeContract(
            change.Kind.ToName(),
            change.Id,
            change.Change.ToString().ToLowerInvariant(),
            written.Type,
            JsonElement.Parse(written.Json.Span),
            change.Causes);
    }
}

/// <summary>The calls of the merged part of a history.</summary>
internal sealed record MergeEffectsContract(CallTotalsContract Usage, IReadOnlyList<ToolCallsContract> Tools)
{
    public static MergeEffectsContract Of(MergeEffects effects) =>
        new(CallTotalsContract.Of(effects.Calls), [.. effects.Tools.Select(t => new ToolCallsContract(t.Key, t.Value))]);
}

/// <summary>How often a tool was called.</summary>
internal sealed record ToolCallsContract(string Tool, long Count);

/// <summary>A conflict of a merge, and how it is decided; an absent value is omitted, to tell it from null.</summary>
internal sealed record MergeConflictContract
{
    [Description("object or relation.")]
    public required string Kind { get; init; }

    [Description("The id of the object or relation.")]
    public required string Id { get; init; }

    [Description("The place: /data/status, /type, /source_id; empty for the whole.")]
    public required string Path { get; init; }

    [Description("set, retyped, created, removed or lost_end.")]
    public string? Reason { get; init; }

    [Description("The type of the object or relation.")]
    public string? Type { get; init; }

    [Description("The top-level property, if it is about one.")]
    public string? Property { get; init; }

    [Description("The value in the common state.")]
    [JsonConverter(typeof(PresentValueConverter))]
    public JsonElement? Base { get; init; }

    [Description("The value in the target.")]
    [JsonConverter(typeof(PresentValueConverter))]
    public JsonElement? Ours { get; init; }

    [Description("The value in the source.")]
    [JsonConverter(typeof(PresentValueConverter))]
    public JsonElement? Theirs { get; init; }

    [Description("The event that set it in the target.")]
    public Guid? OurEvent { get; init; }

    [Description("The event that set it in the source.")]
    public Guid? TheirEvent { get; init; }

    [Description("Who set it in the target.")]
    public string? OurActor { get; init; }

    [Description("Who set it in the source.")]
    public string? TheirActor { get; init; }

    [Description("How many bytes the values have, where a list of bounded size leaves them out; the events then stand for them.")]
    public long? ValuesOmitted { get; init; }

    [Description("The decision: ours, theirs, remove, or set, which takes 'value'.")]
    public string? Take { get; init; }

    [Description("The value to set.")]
    [JsonConverter(typeof(PresentValueConverter))]
    public JsonElement? Value { get; init; }

    public static MergeConflictContract Of(MergeConflict conflict, MergeDecision? decision = null) => new()
    {
        Kind = conflict.Kind.ToName(),
        Id = conflict.Id,
        Path = conflict.Path,
        Reason = conflict.Reason.ToName(),
        Type = conflict.Type,
        Property = conflict.Property,
        Base = conflict.Base.OrAbsent(),
        Ours = conflict.Ours.OrAbsent(),
        Theirs = conflict.Theirs.OrAbsent(),
        OurEvent = conflict.OurEvent,
        TheirEvent = conflict.TheirEvent,
        OurActor = conflict.OurActor,
        TheirActor = conflict.TheirActor,
        Take = decision?.Choice.ToName(),
        Value = decision?.Value.OrAbsent(),
    };
}

/// <summary>The body of a request that merges.</summary>
internal sealed record MergeRequest
{
    [Description("The stream to merge, such as branch:second.")]
    public required string Source { get; init; }

    [Description("How conflicts without a decision of their own are decided: ours or theirs. Default: they stay open.")]
    public string? Take { get; init; }

    [Description("Decisions: conflicts of a preview, each with 'take'. One whose values have changed since is not used.")]
    public IReadOnlyList<MergeConflictContract>? Decisions { get; init; }

    [Description("How many events of the source are merged. Default: all.")]
    public long? At { get; init; }

    [Description("The expected length of the target's history.")]
    public long? ExpectedLength { get; init; }

    [Description("Who merges.")]
    public string? Actor { get; init; }
}
