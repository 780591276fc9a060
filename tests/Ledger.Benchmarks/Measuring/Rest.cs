namespace Ledger.Benchmarks.Measuring;

/// <summary>Waits until the process rests. What a contender's warm-up, or the contender before it, left to the compiler's thread is compiled then, and takes no processor from what is measured.</summary>
internal static class Rest
{
    private const int Tries = 100;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // A tenth of one processor: the runtime's own timers take less, the compiler all of it.
    private static readonly TimeSpan Little = Look / 10;

    /// <summary>Returns when the process has taken next to no processor time for a while, at the latest after five seconds.</summary>
    public static async Task WaitAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < Tries; i++)
        {
            var before = Environment.CpuUsage.TotalTime;
            await Task.Delay(Look, cancellationToken);
            if (Environment.CpuUsage.TotalTime - before < Little)
            {
                return;
            }
        }
    }
}
