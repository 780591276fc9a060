using Ledger.Seal;

namespace Ledger.Explorer.Contracts;

/// <summary>How far the seal of the log is.</summary>
/// <param name="Size">How many events are sealed.</param>
/// <param name="Sequence">The number up to which the log is sealed.</param>
/// <param name="UnsealedCount">How many events follow, counted up to 10,000.</param>
/// <param name="CheckpointCount">How many checkpoints there are.</param>
/// <param name="Note">The newest checkpoint, a signed note.</param>
/// <param name="SignedAt">When it was signed.</param>
internal sealed record SealStatusContract(long Size, long Sequence, long UnsealedCount, long CheckpointCount, string? Note = null, DateTimeOffset? SignedAt = null)
{
    public static SealStatusContract Of(SealStatus status) => new(
        status.Size, status.Sequence, status.Unsealed, status.Checkpoints, status.LastCheckpoint?.ToString(), status.SignedAt);
}

/// <summary>A text of the seal, in its own format.</summary>
/// <param name="Note">A checkpoint.</param>
/// <param name="Proof">A proof.</param>
/// <param name="Key">A public key.</param>
internal sealed record SealTextContract(string? Note = null, string? Proof = null, string? Key = null);

/// <summary>What a file of proofs proves.</summary>
/// <param name="Valid">Whether all of it holds.</param>
/// <param name="Origin">The log.</param>
/// <param name="Size">The size of the tree that it leads to.</param>
/// <param name="Keys">The given keys that signed it.</param>
/// <param name="Stream">The run or branch that it is of.</param>
/// <param name="EventCount">How many events it proves.</param>
/// <param name="DataNotShownCount">Of how many of them the payload was withheld or erased.</param>
/// <param name="BdataNotShownCount">Of how many a binary payload was withheld or erased.</param>
/// <param name="HeadersNotShownCount">Of how many headers were withheld or erased.</param>
/// <param name="SinceSize">The size of the earlier checkpoint that the log extends.</param>
/// <param name="Reasons">What is wrong.</param>
internal sealed record SealVerdictContract(
    bool Valid,
    string? Origin,
    long? Size,
    IReadOnlyList<string> Keys,
    string? Stream,
    long EventCount,
    long DataNotShownCount,
    long BdataNotShownCount,
    long HeadersNotShownCount,
    long? SinceSize,
    IReadOnlyList<string> Reasons)
{
    public static SealVerdictContract Of(SealVerdict verdict) => new(
        verdict.IsValid,
        verdict.Checkpoint?.Origin,
        verdict.Checkpoint?.Size,
        [.. verdict.Signers.Select(key => key.ToString())],
        verdict.Stream,
        verdict.Events,
        verdict.DataNotShown,
        verdict.BinaryDataNotShown,
        verdict.HeadersNotShown,
        verdict.Since,
        verdict.Faults);
}

/// <summary>What an audit found.</summary>
/// <param name="Size">How many leaves the tree has.</param>
/// <param name="EventCount">How many events are as they were sealed.</param>
/// <param name="ErasedCount">Of how many of them, and of those compacted, the payload or headers are gone and are not proved any more.</param>
/// <param name="CompactedCount">How many are in the archive of compactions, as they were sealed.</param>
/// <param name="CheckpointCount">How many checkpoints the tree leads to.</param>
/// <param name="AfterLastCheckpointCount">How many events of the tree follow the last of these.</param>
/// <param name="UnsealedCount">How many events follow the tree and were not compared, counted up to 10,000.</param>
/// <param name="FindingCount">How many things were found.</param>
/// <param name="Findings">The first 10,000 of them.</param>
/// <param name="Erased">The first 10,000 events whose payload or headers are gone.</param>
/// <param name="RetainedCount">How many sealed events retention has removed.</param>
/// <param name="Retained">The first 10,000 streams that they were of.</param>
/// <param name="DeletedCount">How many sealed events compactions of record stores have deleted.</param>
/// <param name="Deleted">The first 10,000 compactions that did it.</param>
/// <param name="Archived">The first 10,000 compactions that moved events to the archive.</param>
internal sealed record SealAuditContract(
    long Size,
    long EventCount,
    long ErasedCount,
    long CompactedCount,
    long CheckpointCount,
    long AfterLastCheckpointCount,
    long UnsealedCount,
    long FindingCount,
    IReadOnlyList<SealFindingContract> Findings,
    IReadOnlyList<ErasedPayloadContract> Erased,
    long RetainedCount,
    IReadOnlyList<RetainedEventsContract> Retained,
    long DeletedCount,
    IReadOnlyList<DeletedHistoryContract> Deleted,
    IReadOnlyList<ArchivedHistoryContract> Archived)
{
    public static SealAuditContract Of(
        SealAudit audit,
        IReadOnlyList<SealFinding> findings,
        IReadOnlyList<ErasedPayload> erased,
        IReadOnlyList<RetainedEvents> retained,
        IReadOnlyList<DeletedHistory> deleted,
        IReadOnlyList<ArchivedHistory> archived) => new(
        audit.Size,
        audit.Events,
        audit.Erased,
        audit.Compacted,
        audit.Checkpoints,
        audit.AfterLastCheckpoint,
        audit.Unsealed,
        audit.Findings,
        [.. findings.Select(SealFindingContract.Of)],
        [.. erased.Select(e => new ErasedPayloadContract(e.Leaf, e.Sequence, e.Id, e.Stream, e.Version, ColumnsOf(e.Columns), e.By, e.BySequence, e.IsReplaced))],
        audit.Retained,
        [.. retained.Select(r => new RetainedEventsContract(r.Run, r.Stream, r.Events, r.Sequence, r.By))],
        audit.Deleted,
        [.. deleted.Select(d => new DeletedHistoryContract(d.Stream, d.Events, d.Version, d.Sequence, d.By))],
        [.. archived.Select(a => new ArchivedHistoryContract(a.Stream, a.Events, a.Sequence, a.By))]);

    private static IReadOnlyList<string> ColumnsOf(ErasedColumns columns) =>
    [
        .. columns.HasFlag(ErasedColumns.Data) ? ["data"] : (string[])[],
        .. columns.HasFlag(ErasedColumns.BinaryData) ? ["bdata"] : (string[])[],
        .. columns.HasFlag(ErasedColumns.Headers) ? ["headers"] : (string[])[],
    ];
}

/// <summary>Sealed events of a record store that a compaction has deleted.</summary>
/// <param name="Stream">The store's stream.</param>
/// <param name="EventCount">How many.</param>
/// <param name="Version">The first version that it has left.</param>
/// <param name="Sequence">The number of the event that says so.</param>
/// <param name="By">The id of the event that says so.</param>
internal sealed record DeletedHistoryContract(string Stream, long EventCount, long Version, long Sequence, Guid By);

/// <summary>Sealed events of a record store that a compaction has moved to the archive, where they are as they were sealed.</summary>
/// <param name="Stream">The store's stream.</param>
/// <param name="EventCount">How many.</param>
/// <param name="Sequence">The number of the event that says so.</param>
/// <param name="By">The id of that event.</param>
internal sealed record ArchivedHistoryContract(string Stream, long EventCount, long? Sequence = null, Guid? By = null);

/// <summary>Sealed events that retention says it has removed.</summary>
/// <param name="Retention">The run of retention.</param>
/// <param name="Stream">The stream that they were of.</param>
/// <param name="EventCount">How many; 0 where the stream is hidden and none of them is gone.</param>
/// <param name="Sequence">The number of the event that says so.</param>
/// <param name="By">The id of that event.</param>
internal sealed record RetainedEventsContract(long Retention, string Stream, long EventCount, long Sequence, Guid By);

/// <summary>An event whose payload or headers are gone; all else of it is proved.</summary>
/// <param name="Leaf">The number of the leaf.</param>
/// <param name="Sequence">The number of the event in the log.</param>
/// <param name="EventId">Its id.</param>
/// <param name="Stream">Its stream.</param>
/// <param name="Version">Its place in the stream.</param>
/// <param name="Columns">The columns that are no longer proved.</param>
/// <param name="By">The event that says that it was masked, and by which the content is as masking left it.</param>
/// <param name="BySequence">The number of that event.</param>
/// <param name="Replaced">Whether another program had replaced the content before, so that it was compared with nothing.</param>
internal sealed record ErasedPayloadContract(
    long Leaf, long Sequence, Guid EventId, string? Stream, long Version, IReadOnlyList<string> Columns, Guid By, long BySequence, bool Replaced);

/// <summary>One thing that an audit found.</summary>
/// <param name="Kind">changed, removed, inserted, reordered, cut_off, forged_fork, seal_damaged or unproved.</param>
/// <param name="Leaf">The number of the leaf.</param>
/// <param name="Sequence">The number of the event in the log.</param>
/// <param name="Stream">The stream that the row names.</param>
/// <param name="Version">The version that the row names.</param>
/// <param name="Columns">The columns that changed, where that can be told.</param>
/// <param name="Text">One sentence.</param>
internal sealed record SealFindingContract(
    string Kind, long? Leaf, long? Sequence, string? Stream, long? Version, IReadOnlyList<string> Columns, string Text)
{
    public static SealFindingContract Of(SealFinding finding) => new(
        KindOf(finding.Kind), finding.Leaf, finding.Sequence, finding.Stream, finding.Version, finding.Columns, finding.Message);

    public static string KindOf(SealFindingKind kind) => kind switch
    {
        SealFindingKind.Changed => "changed",
        SealFindingKind.Removed => "removed",
        SealFindingKind.Inserted => "inserted",
        SealFindingKind.Reordered => "reordered",
        SealFindingKind.CutOff => "cut_off",
        SealFindingKind.ForgedFork => "forged_fork",
        SealFindingKind.Unproved => "unproved",
        _ => "seal_damaged",
    };
}
