namespace Ledger.Projections;

/// <summary>A fold by an application's function, which returns the state after each event.</summary>
internal sealed class StateFold<T>(Aggregate<T> aggregate, T state) : IStateFold
    where T : class
{
    private T _state = state;

    public object State => _state;

    public void Apply(RecordedEvent recorded)
    {
        try
        {
            _state = aggregate.Evolve(_state, recorded);
        }
        catch (Exception fault)
        {
            throw new ProjectionFailedException(aggregate.Name, recorded, fault);
        }
    }
}
