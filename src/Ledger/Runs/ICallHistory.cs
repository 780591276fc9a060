using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Finds the events of calls, approvals and budgets in a history without reading the others: a capability that an engine may have, see
/// <see cref="IEventStore.Get{T}"/>.</summary>
internal interface ICallHistory
{
    /// <summary>Reads those from a position on, in order, each with its position; at least the types that <see cref="RunFold.CallTypes"/> names.</summary>
    /// <param name="history">The history.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="take">Takes an event.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The length of the history up to which they were read; at least <paramref name="from"/>.</returns>
    Task<Position> ReadCallsAsync(History history, Position from, Action<RecordedEvent> take, CancellationToken cancellationToken);
}
