namespace Ledger.Log;

/// <summary>An engine that replaces payloads of events in place.</summary>
/// <remarks>A capability of an engine. Its callers compute the payloads; the engine keeps what follows from the events in step.</remarks>
internal interface IMaskingLog
{
    /// <summary>Which of some events were masked, each with the last <see cref="EventMasked"/> about it; also of those that a compaction took out of a stream.</summary>
    Task<IReadOnlyList<MaskedEvent>> FindMaskedAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken);

    /// <summary>The sealed events whose payload or headers another program has replaced, where no event says so; in the order of the log.</summary>
    /// <param name="ids">Of these; null for all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<Guid>> FindReplacedAsync(IReadOnlyCollection<Guid>? ids, CancellationToken cancellationToken);

    /// <summary>The application's projections that may have what events say, and that do not follow by themselves; sorted.</summary>
    Task<IReadOnlyList<string>> ListProjectionsAsync(CancellationToken cancellationToken);

    /// <summary>Which of some events have a payload in a binary form, of which the store reads nothing.</summary>
    Task<IReadOnlyList<Guid>> FindBinaryAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken);

    /// <summary>The files into which retention has written events, sorted.</summary>
    /// <param name="streams">Of these streams; null for all.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<string>> ListArchivesAsync(IReadOnlyCollection<string>? streams, int most, CancellationToken cancellationToken);

    /// <summary>Replaces payloads and appends the events that say so, in one transaction with what follows from it.</summary>
    /// <param name="masks">At most 1,000.</param>
    /// <param name="metadata">Who masks.</param>
    /// <param name="cancellationToken">Stops it, with nothing done.</param>
    /// <returns>False if a payload is no longer as it was read; nothing was replaced then.</returns>
    Task<bool> MaskAsync(IReadOnlyList<PayloadMask> masks, EventMetadata metadata, CancellationToken cancellationToken);
}

/// <summary>A payload to be replaced.</summary>
/// <param name="Event">The event as it was read.</param>
/// <param name="Json">The payload that it gets.</param>
/// <param name="Headers">The headers that it gets; empty if they stay.</param>
/// <param name="Note">What is appended about it.</param>
internal sealed record PayloadMask(RecordedEvent Event, ReadOnlyMemory<byte> Json, ReadOnlyMemory<byte> Headers, EventMasked Note);
