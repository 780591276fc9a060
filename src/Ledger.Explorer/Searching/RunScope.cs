using Ledger.Runs;

namespace Ledger.Explorer.Searching;

/// <summary>The runs that a search is restricted to.</summary>
/// <param name="Streams">Their streams; null for all.</param>
/// <param name="IsCut">Whether there are more of them, which were active earlier and are not searched.</param>
/// <param name="Behind">How many events at the end of the log are not known yet, so that runs may be missing.</param>
internal sealed record RunScope(IReadOnlyCollection<StreamName>? Streams, bool IsCut, long Behind)
{
    /// <summary>The most runs that a search is restricted to.</summary>
    public const int Most = 1_000;

    /// <summary>Finds the runs of a search by their summaries.</summary>
    public static async Task<RunScope> FindAsync(IRunSummaries summaries, SearchTerms terms, CancellationToken cancellationToken)
    {
        if (!terms.IsAboutRuns)
        {
            return new RunScope(null, false, 0);
        }

        var page = await summaries.QueryAsync(terms.ToRuns(Most) with { Text = null }, cancellationToken).ConfigureAwait(false);
        return new RunScope([.. page.Runs.Select(run => run.Stream)], page.Next is not null, page.Behind);
    }
}
