using Ledger.Seal.Entries;

namespace Ledger.Seal.Auditing;

/// <summary>What an event.masked commits to of the event that it is about.</summary>
/// <param name="Sequence">The number of the masked event.</param>
/// <param name="By">The event that says so.</param>
/// <param name="BySequence">Its number.</param>
/// <param name="Salt">The salt of the commitments.</param>
/// <param name="EventId">The event that it names.</param>
/// <param name="Payload">The commitment to the payload, in base64.</param>
/// <param name="Headers">The commitment to the headers, in base64; null if they were not masked.</param>
internal sealed record MaskedContent(long Sequence, Guid By, long BySequence, byte[] Salt, string? EventId, string? Payload, string? Headers)
{
    /// <summary>Whether another program had replaced the payload or headers before.</summary>
    public bool IsReplaced { get; init; }

    /// <summary>Whether the payload is as masking left it, and so are the headers if their salt is gone.</summary>
    public bool Fits(EventColumns columns, EntrySalts salts) =>
        EventId == columns.Id.ToString()
        && Payload == Convert.ToBase64String(Commitment.Of(Salt, Commitment.Data, columns.Data))
        && columns.BinaryData is null or []
        && (salts.Headers is not null || (columns.Headers is not null && Headers == Convert.ToBase64String(Commitment.Of(Salt, Commitment.Headers, columns.Headers))));

    /// <summary>Whether the content of an event that has lost a salt is gone, as it should be: as the event that masked it left it, or a payload that says nothing.</summary>
    public static bool IsGone(EventColumns columns, EntrySalts salts, MaskedContent? masked) =>
        masked?.Fits(columns, salts) == true || (columns.IsBlank && salts.Headers is not null);
}
