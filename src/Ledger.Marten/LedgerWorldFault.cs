using System.Text.Json.Serialization;
using Ledger.Worlds;

namespace Ledger.Marten;

/// <summary>An event that the fold of a <see cref="LedgerWorld"/> skipped, because it cannot be applied.</summary>
public sealed class LedgerWorldFault
{
    /// <summary>The event's place in the history, from 0.</summary>
    [JsonPropertyName("position")]
    public long Position { get; init; }

    /// <summary>The event's id.</summary>
    [JsonPropertyName("event_id")]
    public Guid EventId { get; init; }

    /// <summary>The id that the event had in another system or a file, or null.</summary>
    [JsonPropertyName("foreign_id")]
    public string? ForeignId { get; init; }

    /// <summary>The name of the event's type.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    /// <summary>The kind of fault: <c>unknown_object</c>, <c>missing_field</c> or <c>bad_payload</c>.</summary>
    [JsonPropertyName("reason")]
    public required string Reason { get; init; }

    /// <summary>The fault as the rest of a sentence that begins with the event's type.</summary>
    [JsonPropertyName("message")]
    public required string Message { get; init; }

    internal SkippedEvent ToSkippedEvent() => new(
        new Position(Position),
        EventId,
        ForeignId,
        Type,
        WorldFaultNames.Parse(Reason) ?? throw new InvalidOperationException($"'{Reason}' is not a reason for a fault of a world."),
        Message);
}
