using Ledger.Events;

namespace Ledger.Postgres.Streams;

/// <summary>Where a page of the log lacks a sequence number.</summary>
internal static class LogGap
{
    /// <summary>How many events come before the first missing number; all of them when none is missing.</summary>
    /// <param name="after">The number before the first wanted.</param>
    /// <param name="page">The events, in order.</param>
    public static int IndexOf(long after, IReadOnlyList<RecordedEvent> page)
    {
        var index = 0;
        while (index < page.Count && page[index].Sequence.Value == after + index + 1)
        {
            index++;
        }

        return index;
    }
}
