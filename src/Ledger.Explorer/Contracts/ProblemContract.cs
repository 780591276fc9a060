namespace Ledger.Explorer.Contracts;

/// <summary>A failure, as problem details (RFC 9457).</summary>
/// <param name="Type">The kind of failure, an address.</param>
/// <param name="Title">The kind of failure in words.</param>
/// <param name="Status">The status code.</param>
/// <param name="Detail">What happened, to which thing, and what to do.</param>
/// <param name="Code">The kind of failure for programs, one of a documented list.</param>
/// <param name="Stream">The stream of a conflict.</param>
/// <param name="Expected">The expected version or position.</param>
/// <param name="Actual">The actual version or position.</param>
/// <param name="Length">The length of the history that is shorter than was asked, or of the target of a merge.</param>
/// <param name="Position">The event that cannot be applied to its world.</param>
/// <param name="Reason">Why it cannot.</param>
/// <param name="Conflicts">The open conflicts of a merge or cherry-pick.</param>
/// <param name="Decisions">Its decided conflicts.</param>
/// <param name="Missing">The events that those of a cherry-pick follow from, and that were not chosen.</param>
/// <param name="TraceId">The trace of the request.</param>
internal sealed record ProblemContract(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Code,
    string? Stream = null,
    long? Expected = null,
    long? Actual = null,
    long? Length = null,
    long? Position = null,
    string? Reason = null,
    IReadOnlyList<MergeConflictContract>? Conflicts = null,
    IReadOnlyList<MergeConflictContract>? Decisions = null,
    IReadOnlyList<MissingEventContract>? Missing = null,
    string? TraceId = null);
