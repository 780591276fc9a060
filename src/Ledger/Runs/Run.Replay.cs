using Ledger.Log;
using Ledger.Worlds;

namespace Ledger;

public sealed partial class Run
{
    /// <summary>Folds the history again from its first event, and compares its stored worlds with the result.</summary>
    /// <remarks>
    /// Everything counts: values, as <see cref="Json.JsonEquality"/> says, the order of objects and relations, the budget flag, skipped events. A stored world
    /// that reads would refuse is reported too. Nothing is changed; <see cref="SaveSnapshotAsync"/> replaces a bad snapshot, a rebuild of the store bad rows.
    /// </remarks>
    /// <param name="at">How many events to fold, or null for all of them; worlds stored for a later position are not compared.</param>
    /// <param name="faults">How to treat events that cannot be applied: unlike a read, a replay throws unless it is told to skip.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="PositionOutOfRangeException">The history is shorter than <paramref name="at"/>.</exception>
    /// <exception cref="StreamNotFoundException">There is no such run or branch: nothing was compared.</exception>
    /// <exception cref="WorldFaultException">An event cannot be applied, and is not to be skipped.</exception>
    public async Task<ReplayReport> ReplayAsync(
        Position? at = null,
        WorldFaults faults = WorldFaults.Throw,
        CancellationToken cancellationToken = default)
    {
        var report = await Replay
            .RunAsync(_ledger.Store, Stored, Upto(at), faults, () => ReadAsync(to: at, cancellationToken: cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        if (report.Position == Position.Start && await _ledger.Store.GetStreamAsync(StreamName, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new StreamNotFoundException(StreamName);
        }

        _statistics?.CountFolded(report.Position.Value);
        return at is { } wanted && report.Position < wanted
            ? throw new PositionOutOfRangeException(StreamName, wanted, report.Position)
            : report;
    }
}
