using System.Runtime.CompilerServices;
using Ledger.Log;

namespace Ledger.Tasks;

public sealed partial class TaskLedger
{
    // A page of the history is one query.
    private const int EventsPerPage = 10_000;

    /// <summary>The events that belong to a call in the run that its task works in, in the order of the history.</summary>
    /// <remarks>
    /// They name the call by <see cref="EventMetadata.CallId"/>, such as <c>tool.called</c> and <c>tool.returned</c>, or the <c>llm.request</c> that follows.
    /// The task's current <see cref="AgentTask.Run"/> is read to its end, for a branch including the shared prefix; the store returns only events of the call.
    /// There are none for a call that does not exist, or whose task has no run or an empty one.
    /// </remarks>
    /// <param name="callId">The call.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public IAsyncEnumerable<RecordedEvent> ReadCallEventsAsync(string callId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(callId);
        return ReadEventsOfAsync(callId, cancellationToken);
    }

    private async IAsyncEnumerable<RecordedEvent> ReadEventsOfAsync(string callId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await _reader.FindCallAsync(callId, cancellationToken).ConfigureAwait(false) is not { } call
            || (await _reader.FindTaskAsync(call.TaskId, cancellationToken).ConfigureAwait(false))?.Run is not { } run
            || await _store.GetHistoryAsync(run, cancellationToken).ConfigureAwait(false) is not { } history)
        {
            yield break;
        }

        var search = LogSearch.Of(_store);
        var query = new EventQuery { CallId = callId, Limit = EventsPerPage, Reach = EventsPerPage };
        while (true)
        {
            var page = await search.FindEventsAsync(history, query, cancellationToken).ConfigureAwait(false);
            foreach (var recorded in page.Events)
            {
                yield return recorded;
            }

            if (page.IsLast)
            {
                yield break;
            }

            query = query with { From = page.Next };
        }
    }
}
