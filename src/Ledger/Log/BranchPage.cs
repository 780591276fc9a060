namespace Ledger.Log;

/// <summary>A page of branches.</summary>
/// <param name="Branches">The branches, in the order of the query.</param>
/// <param name="Next">What the next page has as <see cref="BranchQuery.After"/>; null after the last page.</param>
public sealed record BranchPage(IReadOnlyList<BranchInfo> Branches, StreamName? Next);
