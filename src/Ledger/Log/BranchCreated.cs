using System.Text.Json.Serialization;

namespace Ledger.Log;

/// <summary>The first event of a branch: which part of which history it shares.</summary>
/// <param name="BranchId">The branch's id: its stream is <c>branch:{id}</c>.</param>
/// <param name="ParentRunId">The id of the run or branch that was forked, without its prefix.</param>
/// <param name="ForkPosition">How many events of the parent's history are shared.</param>
/// <param name="Lineage">Where those events are stored; null in files of other systems.</param>
/// <param name="Parent">The stream name of the parent; null in files of other systems.</param>
/// <param name="Root">The stream name of the run that both descend from; null in files of other systems.</param>
/// <param name="Name">A label for people.</param>
[EventType("branch.created")]
public sealed record BranchCreated(
    [property: JsonPropertyName("branch_id")] string BranchId,
    [property: JsonPropertyName("parent_run_id")] string ParentRunId,
    [property: JsonPropertyName("fork_position")] long ForkPosition,
    [property: JsonPropertyName("lineage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LineageSegment>? Lineage = null,
    [property: JsonPropertyName("parent"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Parent = null,
    [property: JsonPropertyName("root"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Root = null,
    [property: JsonPropertyName("name"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name = null) : OpenEvent
{
    /// <summary>Describes a branch of a history.</summary>
    /// <param name="branchId">The id that the branch gets.</param>
    /// <param name="parent">The history that is forked.</param>
    /// <param name="at">How many of its events are shared.</param>
    /// <param name="name">A label for people, or null.</param>
    public static BranchCreated Of(string branchId, History parent, Position at, string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(branchId);
        ArgumentNullException.ThrowIfNull(parent);
        return new BranchCreated(
            branchId, parent.Stream.Id, at.Value, parent.Fork(at), parent.Stream.Value, parent.Root.Value, name);
    }

    /// <summary>The branch that the event creates, without a time yet; engines call it before they read the log.</summary>
    /// <exception cref="ArgumentException">The event lacks a member that a branch needs, or contradicts itself.</exception>
    internal BranchInfo Describe()
    {
        if (Lineage is null || Parent is null || Root is null)
        {
            throw new ArgumentException(
                $"Branch '{BranchId}' has no parent, root or lineage. Describe it by {nameof(BranchCreated)}.{nameof(Of)}.");
        }

        var history = new History(StreamName.Branch(BranchId), new StreamName(Root), Lineage);
        return history.PrefixLength.Value == ForkPosition
            ? new BranchInfo(history.Stream, new StreamName(Parent), history.Root, history.PrefixLength, Lineage, Name, default)
            : throw new ArgumentException(
                $"Branch '{BranchId}' is forked at position {ForkPosition}, but its lineage has {history.PrefixLength} events.");
    }
}
