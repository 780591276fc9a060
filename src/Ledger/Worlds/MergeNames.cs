namespace Ledger.Worlds;

/// <summary>The names of kinds, reasons, choices and outcomes of merges in JSON.</summary>
public static class MergeNames
{
    /// <summary>The name of a kind: <c>object</c> or <c>relation</c>.</summary>
    public static string ToName(this EntityKind kind) => kind switch
    {
        EntityKind.WorldObject => "object",
        EntityKind.Relation => "relation",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind."),
    };

    /// <summary>The name of a reason: <c>set</c>, <c>retyped</c>, <c>created</c>, <c>removed</c> or <c>lost_end</c>.</summary>
    public static string ToName(this MergeConflictReason reason) => reason switch
    {
        MergeConflictReason.Set => "set",
        MergeConflictReason.Retyped => "retyped",
        MergeConflictReason.Created => "created",
        MergeConflictReason.Removed => "removed",
        MergeConflictReason.LostEnd => "lost_end",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "There is no such reason."),
    };

    /// <summary>The name of a choice: <c>ours</c>, <c>theirs</c>, <c>set</c> or <c>remove</c>.</summary>
    public static string ToName(this MergeChoice choice) => choice switch
    {
        MergeChoice.Ours => "ours",
        MergeChoice.Theirs => "theirs",
        MergeChoice.Set => "set",
        MergeChoice.Remove => "remove",
        _ => throw new ArgumentOutOfRangeException(nameof(choice), choice, "There is no such choice."),
    };

    /// <summary>The name of an outcome: <c>written</c>, <c>unchanged</c>, <c>known</c>, <c>record</c> or <c>conflict</c>.</summary>
    public static string ToName(this CarryOutcome outcome) => outcome switch
    {
        CarryOutcome.Written => "written",
        CarryOutcome.Unchanged => "unchanged",
        CarryOutcome.Known => "known",
        CarryOutcome.Record => "record",
        CarryOutcome.Conflict => "conflict",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "There is no such outcome."),
    };
}
