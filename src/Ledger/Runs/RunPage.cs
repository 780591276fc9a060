namespace Ledger.Runs;

/// <summary>A page of runs.</summary>
/// <param name="Runs">The runs, in the order that was asked for.</param>
/// <param name="Next">What the next page begins with, as <see cref="RunQuery.After"/>; null on the last page.</param>
/// <param name="Behind">How many events at the end of the log the page does not show yet; the next query takes more of them in. 0 where it shows all.</param>
public sealed record RunPage(IReadOnlyList<RunSummary> Runs, string? Next, long Behind);
