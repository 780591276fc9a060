namespace Ledger.Benchmarks.Projections;

/// <summary>The largest heap after a garbage collection, sampled twenty times a second.</summary>
internal sealed class HeapWatch : IDisposable
{
    private readonly Timer _timer;
    private long _most;

    public HeapWatch() => _timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(50));

    public double MostMegabytes => Volatile.Read(ref _most) / 1e6;

    public void Dispose() => _timer.Dispose();

    private void Look() => Volatile.Write(ref _most, Math.Max(Volatile.Read(ref _most), GC.GetGCMemoryInfo().HeapSizeBytes));
}
