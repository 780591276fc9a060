using Ledger.Runs;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Explorer.Worlds;

/// <summary>The world of a run at any position, fast enough to scrub.</summary>
/// <remarks>
/// Where the store keeps rows they answer. Elsewhere the run is folded once, and worlds on the way are kept: a step folds from the nearest
/// before it. Safe for concurrent use.
/// </remarks>
internal sealed class WorldSource(AgentLedger ledger)
{
    private const int MostRuns = 4;
    private const int Short = 1_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<WorldTrail> _trails = [];

    /// <summary>The world after so many events.</summary>
    /// <exception cref="WorldFaultException">An event before the position cannot be applied.</exception>
    public Task<World> GetAsync(Run run, Position at, CancellationToken cancellationToken) =>
        at.Value <= Short || ledger.Store is IWorldReader { KeepsRows: true }
            ? run.GetWorldAsync(at, cancellationToken)
            : TrailOf(run).GetAsync(at, cancellationToken);

    private WorldTrail TrailOf(Run run)
    {
        lock (_gate)
        {
            var found = _trails.FirstOrDefault(t => t.Stream == run.StreamName) ?? new WorldTrail(run);
            _trails.Remove(found);
            _trails.AddFirst(found);
            if (_trails.Count > MostRuns)
            {
                _trails.RemoveLast();
            }

            return found;
        }
    }
}
