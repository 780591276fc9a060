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
    public static void ForEach(int count, Action<int> take)
    {
        if (count < FewestForSeveral)
        {
            Take(0, count);
            return;
        }

        try
        {
            Parallel.ForEach(Partitioner.Create(0, count, AtOnce), range => Take(range.Item1, range.Item2));
        }
        catch (AggregateException faults)
        {
            ExceptionDispatchInfo.Throw(faults.InnerExceptions[0]);
        }

        void Take(int from, int to)
        {
            for (var i = from; i < to; i++)
            {
                take(i);
            }
        }
    }
}
