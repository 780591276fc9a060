using Ledger.Events;
using Ledger.Projections;

namespace Ledger.Worlds;

/// <summary>The fold of a world as a projection's: the world is made once, behind many events.</summary>
internal sealed class WorldStateFold(string name, World world) : IStateFold
{
    private readonly WorldFold _fold = new(world);

    public object State => _fold.ToWorld();

    public void Apply(RecordedEvent recorded)
    {
        try
        {
            _fold.Apply(recorded);
        }
        catch (WorldFaultException fault)
        {
            throw new ProjectionFailedException(name, recorded, fault);
        }
    }
}
