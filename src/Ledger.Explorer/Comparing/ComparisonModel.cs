using Ledger.Runs;

namespace Ledger.Explorer.Comparing;

/// <summary>A page of a comparison.</summary>
/// <param name="Compared">The comparison.</param>
/// <param name="Rows">The rows of the page.</param>
/// <param name="From">How many rows are before it.</param>
/// <param name="Next">How many are before the next page; null after the last one.</param>
/// <param name="ShowsAll">Whether rows that are the same are all shown.</param>
/// <param name="Aborted">Stops the comparison of texts by word, which is made while the page is.</param>
internal sealed record ComparisonModel(Comparison Compared, IReadOnlyList<ShownRow> Rows, int From, int? Next, bool ShowsAll, CancellationToken Aborted)
{
    /// <summary>The rows of a page.</summary>
    public const int RowsOfAPage = 100;

    /// <summary>The first rows that differ whose texts are compared by word: each takes up to a millisecond, and a file has all rows.</summary>
    public const int MostByWord = 500;

    /// <summary>All rows, for a file.</summary>
    public static ComparisonModel Whole(Comparison compared, CancellationToken cancellationToken) =>
        new(compared, ShownRow.Of(compared.Rows, all: false), 0, null, ShowsAll: false, cancellationToken);
}

/// <summary>The choice of what to compare.</summary>
/// <param name="Chosen">The runs and branches chosen so far, with how they are doing where that is known.</param>
/// <param name="Query">The filter of the list.</param>
/// <param name="Kind">runs, branches or all.</param>
/// <param name="Found">The list.</param>
/// <param name="Fault">Why these cannot be compared; null if they need not be yet.</param>
internal sealed record PickModel(IReadOnlyList<(StreamName Stream, RunSummary? Summary)> Chosen, RunQuery Query, string Kind, RunPage Found, string? Fault)
{
    /// <summary>The labels of the branches that have one.</summary>
    public required IReadOnlyDictionary<StreamName, string> Labels { get; init; }

    /// <summary>What a run or branch is called by people: its title, else the label of a branch.</summary>
    public string TitleOf(StreamName stream, RunSummary? summary) => summary?.GivenTitle ?? Labels.GetValueOrDefault(stream) ?? summary?.Title ?? summary?.Error ?? "";
}
