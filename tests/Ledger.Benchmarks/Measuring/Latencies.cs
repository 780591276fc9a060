using System.Diagnostics;

namespace Ledger.Benchmarks.Measuring;

/// <summary>How long calls took, counted in steps of about one percent, so that measuring allocates nothing.</summary>
internal sealed class Latencies
{
    private const int StepsPerDoubling = 64;
    private readonly long[] _counts = new long[StepsPerDoubling * 48];

    public long Count { get; private set; }

    public void Add(long ticks)
    {
        _counts[Math.Min(_counts.Length - 1, (int)(Math.Log2(Math.Max(1, ticks)) * StepsPerDoubling))]++;
        Count++;
    }

    public void Add(Latencies others)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += others._counts[i];
        }

        Count += others.Count;
    }

    /// <summary>The time, in milliseconds, that a share of the calls did not exceed.</summary>
    public double Milliseconds(double share)
    {
        var rank = (long)(Count * share);
        var step = 0;
        for (var seen = _counts[0]; seen <= rank && step < _counts.Length - 1; seen += _counts[step])
        {
            step++;
        }

        return Math.Pow(2, (step + 0.5) / StepsPerDoubling) * 1000 / Stopwatch.Frequency;
    }
}
