using JasperFx.Events;
using Ledger.Log;

namespace Ledger.Marten.Aggregates;

/// <summary>Recognises the first event of a branch as Marten reads it.</summary>
internal static class BranchEvents
{
    /// <summary>The history that a branch's first event describes; null if the event is not the first of its own branch.</summary>
    /// <remarks>An application's or a file's own <c>branch.created</c> has no lineage, or names another stream: it is an ordinary event.</remarks>
    public static History? HistoryOf(IEvent? first) =>
        // Marten does not know the version of an append without an expected one.
        first is { Version: <= 1, Data: BranchCreated { Lineage: { } lineage, Root: { } root, BranchId.Length: > 0 } created }
            && first.StreamKey == $"branch:{created.BranchId}"
            ? new History(new StreamName(first.StreamKey), new StreamName(root), lineage)
            : null;
}
