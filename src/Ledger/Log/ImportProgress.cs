namespace Ledger.Log;

/// <summary>The progress of an import: what is committed.</summary>
/// <param name="Events">The events that it wrote.</param>
/// <param name="Skipped">The events that it skipped, because they were already in their streams.</param>
/// <param name="Streams">The streams to which it wrote the first event.</param>
/// <param name="Bytes">The size of the JSON of the events that it wrote.</param>
/// <param name="Elapsed">The time since it began.</param>
public sealed record ImportProgress(long Events, long Skipped, long Streams, long Bytes, TimeSpan Elapsed)
{
    internal static ImportProgress None { get; } = new(0, 0, 0, 0, TimeSpan.Zero);

    internal ImportProgress Plus(long events, long skipped, long streams, long bytes, TimeSpan elapsed) =>
        new(Events + events, Skipped + skipped, Streams + streams, Bytes + bytes, elapsed);
}
