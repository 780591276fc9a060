namespace Ledger.Benchmarks.Readers;

/// <summary>Looks at the typed data of every event.</summary>
internal static class TypedReader
{
    public static async Task<int> CountAsync(IAsyncEnumerable<RecordedEvent> events, CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var recorded in events.WithCancellation(cancellationToken))
        {
            if (recorded.Data is ObjectCreated { Type: "claim" })
            {
                count++;
            }
        }

        return count;
    }
}
