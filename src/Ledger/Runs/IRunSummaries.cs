using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Summaries of runs and branches, stored beside the log and brought up to date by the daemon or by the reader.</summary>
/// <remarks>
/// <para>A capability that an engine may have: see <see cref="IEventStore.Get{T}"/>. <see cref="AgentLedger.Summaries"/> is one for any store. Safe for
/// concurrent use.</para>
/// <para>No append writes a summary. A reader takes in what the daemon has not, and stores it where it may write; so an answer costs what happened since the
/// one before, and not the history.</para>
/// </remarks>
public interface IRunSummaries
{
    /// <summary>The summary of a run, a branch or another stream as of its last event; null if there is no such stream, or it has no events.</summary>
    Task<RunSummary?> FindAsync(StreamName stream, CancellationToken cancellationToken = default);

    /// <summary>The summaries of several runs and branches as of their last events, in no particular order.</summary>
    /// <param name="streams">The streams; one that occurs twice counts once.</param>
    /// <param name="mostEvents">How many events may be read for it: what would need more is left out, as are streams without events.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<RunSummary>> FindAllAsync(
        IReadOnlyCollection<StreamName> streams, long mostEvents = long.MaxValue, CancellationToken cancellationToken = default);

    /// <summary>A page of the runs that a query wants; those without events are not among them.</summary>
    /// <remarks>It takes in some thousands of events that the summaries lack, and says how many more there are: see <see cref="CatchUpAsync"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A number of the query is out of its range.</exception>
    /// <exception cref="FormatException">The place is not one that a page returned.</exception>
    Task<RunPage> QueryAsync(RunQuery query, CancellationToken cancellationToken = default);

    /// <summary>Adds up the runs that a query wants; its order, place and limit do not count.</summary>
    /// <param name="query">Which runs.</param>
    /// <param name="by">By what they are added up: at most 1,000 groups are returned.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<RunTotals>> AddUpAsync(RunQuery query, RunGrouping by, CancellationToken cancellationToken = default);

    /// <summary>Takes in every event that the summaries lack.</summary>
    /// <param name="progress">Receives the number of events that were taken in, or null.</param>
    /// <param name="cancellationToken">Stops; a later call continues.</param>
    Task CatchUpAsync(IProgress<long>? progress = null, CancellationToken cancellationToken = default);
}
