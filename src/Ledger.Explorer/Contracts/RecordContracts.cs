using System.Text.Json;
using Ledger.Log;
using Ledger.Records;

namespace Ledger.Explorer.Contracts;

/// <summary>A record store. Its records and the events of its chain are written as they are hashed.</summary>
/// <param name="Id">The name of the project.</param>
/// <param name="Stream">The name of its stream.</param>
/// <param name="Length">The number of its events, in lists.</param>
/// <param name="CreatedAt">The time of its creation, in lists.</param>
/// <param name="UpdatedAt">The time of its last event, in lists.</param>
/// <param name="Seq">The number of the last event of the chain.</param>
/// <param name="Hash">The hash of that event.</param>
/// <param name="Head">Both, as a verification expects them.</param>
/// <param name="RecordCount">The number of active records.</param>
internal sealed record ProjectContract(
    string Id,
    string Stream,
    long? Length = null,
    DateTimeOffset? CreatedAt = null,
    DateTimeOffset? UpdatedAt = null,
    long? Seq = null,
    string? Hash = null,
    string? Head = null,
    long? RecordCount = null)
{
    public static ProjectContract Of(StreamInfo stream) =>
        new(stream.Name.Id, stream.Name.Value, stream.Version.Value, stream.CreatedAt, stream.UpdatedAt);

    public static ProjectContract Of(string project, ChainHead? head = null, long? recordCount = null) => new(
        project, StreamName.Chrono(project).Value, Seq: head?.Seq, Hash: head?.Hash, Head: head?.ToString(), RecordCount: recordCount);
}

/// <summary>A page of record stores.</summary>
/// <param name="Projects">The record stores.</param>
/// <param name="HasMore">Whether more of them follow.</param>
/// <param name="Next">What the next page has as 'after'; absent after the last page.</param>
internal sealed record ProjectPageContract(IReadOnlyList<ProjectContract> Projects, bool HasMore, string? Next = null);

/// <summary>A record, which is written as it is hashed; this is its schema.</summary>
internal sealed record RecordContract(
    string Id,
    string Kind,
    string Status,
    string Label,
    double Confidence,
    string SourceType,
    IReadOnlyList<string> Evidence,
    IReadOnlyList<string> EpistemicBoundary,
    bool IsHypothesis,
    JsonElement ModelAssumptions,
    long RecursionDepth,
    JsonElement Data);

/// <summary>An event of a chain, which is written as it is hashed; this is its schema.</summary>
internal sealed record ChainEventContract(
    long Seq, string Ts, string Op, string RecordId, RecordContract Record, string PrevHash, string Hash, long RecursionDepth);

/// <summary>Records, each as it is hashed.</summary>
internal sealed record RecordsContract(IReadOnlyList<JsonElement> Records);

/// <summary>Events of a chain, each as it is hashed.</summary>
internal sealed record ChainEventsContract(IReadOnlyList<JsonElement> Events);

/// <summary>The verification of a chain.</summary>
internal sealed record VerdictContract(
    bool ChainValid,
    long Events,
    string LastHash,
    IReadOnlyList<ChainWarningContract> Warnings,
    ChainBreakContract? FirstBroken = null,
    bool? RowsCompared = null,
    long? ErasedCount = null,
    IReadOnlyList<ErasedLinkContract>? ErasedLinks = null)
{
    public static VerdictContract Of(ChainVerdict verdict, bool? rowsCompared) => new(
        verdict.ChainValid,
        verdict.Events,
        verdict.LastHash,
        [.. verdict.Warnings.Select(w => new ChainWarningContract(w.Code, w.Text, w.Seq))],
        verdict.FirstBroken is { } broken ? new ChainBreakContract(broken.Reason, broken.Line, broken.Seq) : null,
        rowsCompared,
        verdict.ErasedCount > 0 ? verdict.ErasedCount : null,
        verdict.ErasedCount > 0 ? [.. verdict.Erased.Select(e => new ErasedLinkContract(e.Seq, e.By))] : null);
}

/// <summary>An event of a chain whose text was masked, and the event that says so.</summary>
internal sealed record ErasedLinkContract(long Seq, Guid By);

/// <summary>The first break of a chain: a line of a folder, or an event.</summary>
internal sealed record ChainBreakContract(string Reason, long? Line = null, long? Seq = null);

/// <summary>Something that a chain alone cannot prove.</summary>
internal sealed record ChainWarningContract(string Code, string Text, long? Seq = null);

/// <summary>The result of writing many records.</summary>
internal sealed record UpsertContract(int Count, string? Head = null);

/// <summary>The result of a compaction.</summary>
internal sealed record CompactionContract(long Seq, long Count, JsonElement Event);

/// <summary>The result of an import of a record store.</summary>
internal sealed record ChronoImportContract(
    long EventCount,
    long RecordCount,
    string Head,
    IReadOnlyList<DamagedLineContract> Left,
    IReadOnlyList<DamagedLineContract> Kept);

/// <summary>A line that was not imported, or not as it stood.</summary>
internal sealed record DamagedLineContract(long Line, string Reason, long? Seq = null);

/// <summary>The result of an import of requirements and test cases.</summary>
internal sealed record ChronoMigrationContract(int Requirements, int Testcases, int Skipped, IReadOnlyList<ChronoNoteContract> Notes);

/// <summary>An item of a file that was skipped.</summary>
internal sealed record ChronoNoteContract(string File, string Reason, int? Index = null);
