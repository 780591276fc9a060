namespace Ledger.Benchmarks.Measuring;

/// <summary>The figures of one contender in one round.</summary>
internal sealed class Measurement
{
    private readonly Dictionary<Figure, double> _values = [];

    public IEnumerable<Figure> Figures => Figure.All.Where(_values.ContainsKey);

    public double this[Figure figure]
    {
        get => _values[figure];
        init => _values[figure] = value;
    }
}
