namespace Ledger.Forgetting;

/// <summary>What was masked, or would be.</summary>
/// <param name="Read">How many events were looked at.</param>
/// <param name="Masked">How many were masked.</param>
/// <param name="Unchanged">How many had nothing to mask: they were masked before, or have nothing where the paths lead.</param>
/// <param name="Refused">Those that cannot be masked.</param>
/// <param name="Events">The first 1,000 that were masked.</param>
/// <param name="Streams">The streams that they are in, sorted.</param>
/// <param name="Projections">The projections of the application that may have what was masked, and must be rebuilt; sorted.</param>
public sealed record MaskReport(
    long Read,
    long Masked,
    long Unchanged,
    IReadOnlyList<MaskRefusal> Refused,
    IReadOnlyList<MaskedPayload> Events,
    IReadOnlyList<string> Streams,
    IReadOnlyList<string> Projections)
{
    /// <summary>Files of retention that may have what was to be masked, at most 1,000, sorted: masking does not read them, and a restore brings back what they have. Default: none.</summary>
    /// <remarks>Of a subject, and where an event was not found, they are all files; else those of the streams.</remarks>
    public IReadOnlyList<string> Archives { get; init; } = [];

    /// <summary>How many events of a list that is masked again the log does not have. Default: 0.</summary>
    public long Missing { get; init; }
}

/// <summary>An event whose payload was masked, or would be.</summary>
/// <param name="EventId">Its id.</param>
/// <param name="Stream">Its stream.</param>
/// <param name="Version">Its place in the stream, from 1.</param>
/// <param name="Type">Its name.</param>
public sealed record MaskedPayload(Guid EventId, string Stream, long Version, string Type);

/// <summary>An event that cannot be masked.</summary>
/// <param name="EventId">Its id.</param>
/// <param name="Stream">Its stream; null if the log has no such event.</param>
/// <param name="Reason">Why not, as a sentence.</param>
public sealed record MaskRefusal(Guid EventId, string? Stream, string Reason);
