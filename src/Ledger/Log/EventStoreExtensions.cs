namespace Ledger.Log;

/// <summary>The short forms of <see cref="IEventStore"/>'s calls.</summary>
public static class EventStoreExtensions
{
    /// <summary>Appends to one stream.</summary>
    /// <param name="store">The store.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="expected">The required version of the stream.</param>
    /// <param name="events">The events: each an event record, or a <see cref="NewEvent"/> with its own id or metadata.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<AppendResult> AppendAsync(
        this IEventStore store,
        StreamName stream,
        ExpectedVersion expected,
        IReadOnlyList<object> events,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var append = new StreamAppend(stream, expected, NewEvent.From(events));
        var results = await store.AppendAsync([append], cancellationToken).ConfigureAwait(false);
        return results[0];
    }
}
