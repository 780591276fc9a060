using Ledger.Branches;
using Ledger.Runs;
using Ledger.Streams;

namespace Ledger.Worlds;

/// <summary>Answers questions about worlds by folding histories, on any store.</summary>
internal sealed class FoldingWorldReader(IEventStore store) : IWorldReader
{
    public bool KeepsRows => false;

    public async Task<World> GetWorldAsync(History history, Position? at = null, CancellationToken cancellationToken = default)
    {
        var events = store.ReadHistoryAsync(history, to: at, cancellationToken: cancellationToken);
        var world = await World.FoldAsync(events, cancellationToken).ConfigureAwait(false);
        return at is { } wanted && world.Position < wanted
            ? throw new PositionOutOfRangeException(history.Stream, wanted, world.Position)
            : world;
    }

    public async Task<WorldObject?> FindObjectAsync(
        History history,
        string id,
        Position? at = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        var world = await GetWorldAsync(history, at, cancellationToken).ConfigureAwait(false);
        return world.FindObject(id);
    }

    public async Task<WorldDiff> DiffAsync(
        History a,
        Position? atA,
        History b,
        Position? atB,
        CancellationToken cancellationToken = default) =>
        WorldDiff.Between(
            await GetWorldAsync(a, atA, cancellationToken).ConfigureAwait(false),
            await GetWorldAsync(b, atB, cancellationToken).ConfigureAwait(false));
}
