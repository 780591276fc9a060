namespace Ledger.Benchmarks.Measuring;

/// <summary>What each contender of a scenario did in one turn, one right after the other.</summary>
internal sealed class Round
{
    private readonly Dictionary<Contender, Measurement> _measurements = [];

    public Measurement this[Contender contender]
    {
        get => _measurements[contender];
        set => _measurements[contender] = value;
    }
}
