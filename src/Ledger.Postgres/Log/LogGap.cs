namespace Ledger.Postgres.Log;

/// <summary>Finds a missing sequence number in a page of the log that may still be committed.</summary>
internal static class LogGap
{
    /// <summary>How many events come before the first such number; all of them when there is none.</summary>
    /// <param name="after">The number before the first wanted.</param>
    /// <param name="page">The events, in order.</param>
    /// <param name="dead">A number up to which missing numbers will never appear.</param>
    public static int IndexOf(long after, IReadOnlyList<RecordedEvent> page, long dead)
    {
        var previous = after;
        for (var index = 0; index < page.Count; index++)
        {
            var number = page[index].Sequence.Value;
            if (number != previous + 1 && number - 1 > dead)
            {
                return index;
            }

            previous = number;
        }

        return page.Count;
    }
}
