namespace Ledger.Benchmarks.Measuring;

/// <summary>The middle of what the rounds gave, and how far they lie apart.</summary>
internal readonly record struct Summary(double Median, double Least, double Most)
{
    public static Summary Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Summary(median, sorted[0], sorted[^1]);
    }
}
