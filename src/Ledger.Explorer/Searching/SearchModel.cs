using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Searching;

/// <summary>A search across all runs; only the form if nothing is asked for.</summary>
/// <param name="Terms">What is asked for.</param>
/// <param name="Page">The events found; null if nothing is asked for.</param>
/// <param name="Runs">Runs whose names, titles or errors have the text, and that are as asked for; null on later pages.</param>
/// <param name="IsCut">Whether only the runs that were active last are searched, because there are too many.</param>
internal sealed record SearchModel(SearchTerms Terms, LogPage? Page, RunPage? Runs, bool IsCut)
{
    /// <summary>The most runs shown above the events.</summary>
    public const int MostRuns = 5;
}
