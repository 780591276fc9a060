using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Searching;

/// <summary>A search across all runs; only the form if nothing is asked for.</summary>
/// <param name="Terms">What is asked for.</param>
/// <param name="Page">The events found; null if nothing is asked for.</param>
/// <param name="Runs">Runs whose names, titles or errors have the text, and that are as asked for; null on later pages.</param>
/// <param name="Scope">The runs that are searched; null if nothing is asked for.</param>
internal sealed record SearchModel(SearchTerms Terms, LogPage? Page, RunPage? Runs, RunScope? Scope)
{
    /// <summary>The most runs shown above the events.</summary>
    public const int MostRuns = 5;

    /// <summary>From how many events on, which the index of the search lacks, the page names them: so many take noticeable time.</summary>
    public const int MuchUnindexed = 10_000;

    /// <summary>How many events at the end of the log are not known yet, so that runs may be missing.</summary>
    public long Behind => Math.Max(Scope?.Behind ?? 0, Runs?.Behind ?? 0);
}
