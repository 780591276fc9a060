using Ledger.Postgres.Retention;

namespace Ledger.Explorer.Contracts;

/// <summary>What a run of retention has removed, or would remove.</summary>
/// <param name="EventCount">How many events are removed, or would be.</param>
/// <param name="Streams">The streams, in the order in which they are removed.</param>
/// <param name="Retention">The number of the run; absent for a plan.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="FinishedAt">When it ended; absent for one that was interrupted.</param>
/// <param name="StartedBy">The role of the database that ran it.</param>
/// <param name="Folder">The folder of the archives, on the machine that ran it.</param>
/// <param name="Resumed">The number of an interrupted run that was finished before.</param>
internal sealed record RetentionContract(
    long EventCount,
    IReadOnlyList<RetentionStreamContract> Streams,
    long? Retention = null,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? FinishedAt = null,
    string? StartedBy = null,
    string? Folder = null,
    long? Resumed = null)
{
    public static RetentionContract Of(RetentionReport report) => new(
        report.Events, [.. report.Streams.Select(RetentionStreamContract.Of)], report.Run, report.StartedAt, report.FinishedAt, report.StartedBy, report.Folder, report.Resumed);
}

/// <summary>A stream that a policy asks to remove.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Policy">The policy.</param>
/// <param name="State">planned, archived, removing, removed, left, restoring or restored.</param>
/// <param name="Version">Its last version.</param>
/// <param name="KeptCount">How many of its first events stay, because branches share them.</param>
/// <param name="EventCount">How many events are removed; in a plan, would be.</param>
/// <param name="DataBytes">In a plan: the bytes of their payloads and headers as stored.</param>
/// <param name="RowCount">In a plan: how many rows besides events go with it.</param>
/// <param name="Reason">Why nothing, or no more, was removed: held, branch, task, unsealed, behind, changed, gone, archive or failed.</param>
/// <param name="File">The name of its archive.</param>
/// <param name="FileBytes">The bytes of the archive.</param>
/// <param name="Fault">What the database said, where the reason is failed.</param>
internal sealed record RetentionStreamContract(
    string Stream,
    string Policy,
    string State,
    long Version,
    long KeptCount,
    long EventCount,
    long DataBytes,
    long RowCount,
    string? Reason = null,
    string? File = null,
    long? FileBytes = null,
    string? Fault = null)
{
    public static RetentionStreamContract Of(RetentionStream stream) => new(
        stream.Stream.Value,
        stream.Policy,
        stream.State.ToString().ToLowerInvariant(),
        stream.Version,
        stream.Kept,
        stream.Events,
        stream.Bytes,
        stream.DerivedRows,
        stream.Reason?.ToString().ToLowerInvariant(),
        stream.File,
        stream.File is null ? null : stream.FileBytes,
        stream.Fault);
}

/// <summary>A legal hold.</summary>
/// <param name="Target">A stream, or label:NAME.</param>
/// <param name="Reason">Why.</param>
/// <param name="HeldBy">The role of the database that set it.</param>
/// <param name="HeldAt">When it was set.</param>
internal sealed record RetentionHoldContract(string Target, string Reason, string HeldBy, DateTimeOffset HeldAt)
{
    public static RetentionHoldContract Of(RetentionHold hold) => new(hold.Target, hold.Reason, hold.HeldBy, hold.HeldAt);
}

/// <summary>A stream that was restored.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Version">Its last version.</param>
/// <param name="EventCount">How many events its archive has.</param>
internal sealed record RestoredStreamContract(string Stream, long Version, long EventCount)
{
    public static RestoredStreamContract Of(RestoredStream stream) => new(stream.Stream.Value, stream.Version, stream.Events);
}
