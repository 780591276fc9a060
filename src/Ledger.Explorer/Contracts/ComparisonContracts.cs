using Ledger.Explorer.Comparing;

namespace Ledger.Explorer.Contracts;

/// <summary>Two to four runs or branches side by side.</summary>
/// <param name="Runs">The runs and branches.</param>
/// <param name="SharedLength">How many events all share by reference; they are not in the rows.</param>
/// <param name="RowCount">How many rows there are in all, those that are the same among them.</param>
/// <param name="FirstDifference">The 'number' of the first row that is not the same in all; absent if nothing differs as far as they are compared ('is_cut' of a run).</param>
/// <param name="Rows">The rows of the page.</param>
/// <param name="Worlds">In the first page: the difference of the world of each from that of the first one, without that.</param>
/// <param name="Next">What the next page has as 'from', which counts the rows that 'rows' asks for; absent after the last page.</param>
internal sealed record ComparisonContract(
    IReadOnlyList<ComparedRunContract> Runs,
    long SharedLength,
    long RowCount,
    long? FirstDifference,
    IReadOnlyList<ComparedRowContract> Rows,
    IReadOnlyList<DiffContract>? Worlds = null,
    int? Next = null)
{
    public static ComparisonContract Of(Comparison compared, bool all, int from, int limit)
    {
        var rows = compared.Rows.Index().Where(row => all || !row.Item.IsSame).ToList();
        var next = (long)from + limit;
        return new ComparisonContract(
            [.. compared.Sides.Select(ComparedRunContract.Of)],
            compared.Shared.Value,
            compared.Rows.Count,
            compared.IsDivergent ? compared.SameAtFirst : null,
            [.. rows.Skip(from).Take(limit).Select(row => ComparedRowContract.Of(row.Index, row.Item))],
            from == 0 ? [.. compared.Worlds.Diffs.Select(DiffContract.Of)] : null,
            next < rows.Count ? (int)next : null);
    }
}

/// <summary>One of the runs and branches.</summary>
/// <param name="Details">How it is doing, and what it cost.</param>
/// <param name="IsCut">Whether it has more events than are compared.</param>
/// <param name="SinceShared">What its calls cost after the events that all share, where that is known.</param>
internal sealed record ComparedRunContract(RunContract Details, bool IsCut, CallTotalsContract? SinceShared = null)
{
    public static ComparedRunContract Of(ComparedSide side) => new(
        RunContract.Of(side.Stream, side.Length, side.Branch).With(side.Cost?.Summary),
        side.IsCut,
        side.Cost?.SinceParted is { } own ? CallTotalsContract.Of(own) : null);
}

/// <summary>Events that stand side by side.</summary>
/// <param name="Number">How many rows are before it in all, those that are the same among them.</param>
/// <param name="IsSame">Whether all have it, with the same data.</param>
/// <param name="Events">The events, of those that have one.</param>
internal sealed record ComparedRowContract(int Number, bool IsSame, IReadOnlyList<ComparedEventContract> Events)
{
    public static ComparedRowContract Of(int number, AlignedRow row) => new(number, row.IsSame, ComparedEventContract.Of(row));
}

/// <summary>The event of one of the runs.</summary>
/// <param name="Side">Which of the runs, from 0.</param>
/// <param name="Event">The event.</param>
internal sealed record ComparedEventContract(int Side, EventContract Event)
{
    public static IReadOnlyList<ComparedEventContract> Of(AlignedRow row) =>
        [.. row.Events.Index().Where(one => one.Item is not null).Select(one => new ComparedEventContract(one.Index, EventContract.Of(one.Item!)))];
}

/// <summary>A part of a comparison: first what is compared, then the rows, then the worlds.</summary>
/// <param name="Kind">comparison, row or world.</param>
/// <param name="Runs">Of a comparison: the runs and branches.</param>
/// <param name="SharedLength">Of a comparison: how many events all share by reference.</param>
/// <param name="IsSame">Of a row: whether all have it, with the same data.</param>
/// <param name="Events">Of a row: the events, of those that have one.</param>
/// <param name="Side">Of a world: which of the runs it is of, from 1.</param>
/// <param name="Diff">Of a world: its difference from that of the first run.</param>
internal sealed record ComparisonLineContract(
    string Kind,
    IReadOnlyList<ComparedRunContract>? Runs = null,
    long? SharedLength = null,
    bool? IsSame = null,
    IReadOnlyList<ComparedEventContract>? Events = null,
    int? Side = null,
    DiffContract? Diff = null)
{
    public static IEnumerable<ComparisonLineContract> Of(Comparison compared) =>
    [
        new("comparison", [.. compared.Sides.Select(ComparedRunContract.Of)], compared.Shared.Value),
        .. compared.Rows.Select(row => new ComparisonLineContract("row", IsSame: row.IsSame, Events: ComparedEventContract.Of(row))),
        .. compared.Worlds.Diffs.Select((diff, i) => new ComparisonLineContract("world", Side: i + 1, Diff: DiffContract.Of(diff))),
    ];
}
