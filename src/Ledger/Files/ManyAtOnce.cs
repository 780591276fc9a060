using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Ledger.Files;

/// <summary>Work on many things, each by itself.</summary>
internal static class ManyAtOnce
{
    private const int FewestForSeveral = 64;
    private const int AtOnce = 16;

    /// <summary>Does something with each number from 0, on several processors where there are many.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="take">Takes one; safe for concurrent use.</param>
    public static void ForEach(int count, Action<int> take) => ForEachPart(count, (from, to) =>
    {
        for (var i = from; i < to; i++)
        {
            take(i);
        }
    });

    /// <summary>As <see cref="ForEach"/>, for a few numbers at a time.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="take">Takes those from the first to before the last; safe for concurrent use.</param>
    public static void ForEachPart(int count, Action<int, int> take)
    {
        if (count < FewestForSeveral)
        {
            take(0, count);
            return;
        }

        try
        {
            Parallel.ForEach(Partitioner.Create(0, count, AtOnce), range => take(range.Item1, range.Item2));
        }
        catch (AggregateException faults)
        {
            ExceptionDispatchInfo.Throw(faults.InnerExceptions[0]);
        }
    }
}
