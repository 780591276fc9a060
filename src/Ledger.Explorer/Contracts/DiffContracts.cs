using System.Text.Json;
using Ledger.Worlds;

namespace Ledger.Explorer.Contracts;

/// <summary>The differences between two worlds; a changed type is in the changes, with the path <c>/type</c>.</summary>
internal sealed record DiffContract(
    IReadOnlyList<string> AddedObjects,
    IReadOnlyList<string> RemovedObjects,
    IReadOnlyList<string> PatchedObjects,
    IReadOnlyList<string> AddedRelations,
    IReadOnlyList<string> RemovedRelations,
    IReadOnlyList<string> ChangedRelations,
    string Summary,
    bool HasChanges,
    IReadOnlyList<ValueChangeContract> Changes)
{
    public static DiffContract Of(WorldDiff diff) => new(
        diff.AddedObjects,
        diff.RemovedObjects,
        diff.PatchedObjects,
        diff.AddedRelations,
        diff.RemovedRelations,
        diff.ChangedRelations,
        diff.Summary(),
        diff.HasChanges,
        [.. diff.Changes.Select(c => new ValueChangeContract(c.Id, c.Path, c.Old.OrAbsent(), c.New.OrAbsent()))]);
}

/// <summary>A value that differs between two worlds; an absent value is omitted, to tell it from null.</summary>
internal sealed record ValueChangeContract(string Id, string Path, JsonElement? Old = null, JsonElement? New = null);

/// <summary>The comparison of the stored forms of a world with the replayed one.</summary>
internal sealed record ReplayContract(
    string Stream, long Position, double Milliseconds, bool Same, IReadOnlyList<ReplayComparisonContract> Comparisons)
{
    public static ReplayContract Of(ReplayReport report) => new(
        report.Stream.Value,
        report.Position.Value,
        Math.Round(report.Elapsed.TotalMilliseconds, 3),
        report.IsSame,
        [.. report.Comparisons.Select(ReplayComparisonContract.Of)]);
}

/// <summary>The comparison of one stored form.</summary>
internal sealed record ReplayComparisonContract(
    string Form, string Stream, long Position, bool Same, WorldDifferenceContract? Difference = null, string? Error = null)
{
    public static ReplayComparisonContract Of(ReplayComparison comparison) => new(
        comparison.Form,
        comparison.Stream.Value,
        comparison.Position.Value,
        comparison.IsSame,
        comparison.Difference is { } d ? new WorldDifferenceContract(d.Path, d.Stored.OrAbsent(), d.Replayed.OrAbsent()) : null,
        comparison.Fault);
}

/// <summary>The first place that differs; an absent value is omitted, to tell it from null.</summary>
internal sealed record WorldDifferenceContract(string Path, JsonElement? Stored = null, JsonElement? Replayed = null);

/// <summary>Values that may be absent.</summary>
internal static class AbsentValue
{
    /// <summary>Null for an undefined value, which is then omitted.</summary>
    public static JsonElement? OrAbsent(this JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? null : value;
}

/// <summary>The cost of reads.</summary>
internal sealed record ReadStatisticsContract(
    long EventsRead, long EventsFolded, long Segments, long RowsRead, long Bytes, double Milliseconds, SnapshotPlaceContract? Snapshot = null)
{
    public static ReadStatisticsContract Of(ReadStatistics read) => new(
        read.EventsRead,
        read.EventsFolded,
        read.Segments,
        read.RowsRead,
        read.Bytes,
        Math.Round(read.Elapsed.TotalMilliseconds, 3),
        read.Snapshot is { } used ? new SnapshotPlaceContract(used.Stream.Value, used.Position.Value) : null);
}

/// <summary>The snapshot that a read started from.</summary>
internal sealed record SnapshotPlaceContract(string Stream, long Position);
