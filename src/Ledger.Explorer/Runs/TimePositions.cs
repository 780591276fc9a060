using Ledger.Runs;
using Ledger.Streams;

namespace Ledger.Explorer.Runs;

/// <summary>Finds the position that a time stands for. Within a history the log's times never go back.</summary>
internal static class TimePositions
{
    /// <summary>How many events the log had taken before a time.</summary>
    /// <remarks>A binary search that reads one event a step: 20 for a run of 1,000,000.</remarks>
    public static async Task<Position> BeforeAsync(Run run, DateTimeOffset time, Position length, CancellationToken cancellationToken)
    {
        var (least, most) = (0L, length.Value);
        while (least < most)
        {
            var middle = least + ((most - least) / 2);
            var at = await TimeOfAsync(run, middle, cancellationToken).ConfigureAwait(false);
            (least, most) = at < time ? (middle + 1, most) : (least, middle);
        }

        return new Position(least);
    }

    private static async Task<DateTimeOffset> TimeOfAsync(Run run, long position, CancellationToken cancellationToken)
    {
        var read = run.ReadAsync(new Position(position), new Position(position + 1), cancellationToken);
        await foreach (var recorded in read.ConfigureAwait(false))
        {
            return recorded.Timestamp;
        }

        return DateTimeOffset.MaxValue;
    }
}
