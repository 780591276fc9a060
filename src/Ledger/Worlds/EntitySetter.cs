namespace Ledger.Worlds;

/// <summary>An event that set a value, or took it away, and who caused it.</summary>
/// <param name="EventId">The event's id.</param>
/// <param name="Actor">Who caused it, or null.</param>
/// <param name="Sequence">Its place in the log.</param>
internal sealed record EntitySetter(Guid EventId, string? Actor, long Sequence)
{
    public static EntitySetter Of(RecordedEvent recorded) => new(recorded.Id, recorded.Metadata.Actor, recorded.Sequence.Value);
}
