using Ledger.Projections;

namespace Ledger.Worlds;

/// <summary>Adapts the fold of a world for projections: the world is built once, after many events.</summary>
internal sealed class WorldStateFold(World world) : IStateFold
{
    private readonly WorldFold _fold = new(world);

    public object State => _fold.ToWorld();

    public void Apply(RecordedEvent recorded) => _fold.Apply(recorded);
}
