using Ledger.Projections;

namespace Ledger.Worlds;

/// <summary>The fold of a world as a projection's: the world is made once, behind many events.</summary>
internal sealed class WorldStateFold(World world) : IStateFold
{
    private readonly WorldFold _fold = new(world);

    public object State => _fold.ToWorld();

    public void Apply(RecordedEvent recorded) => _fold.Apply(recorded);
}
