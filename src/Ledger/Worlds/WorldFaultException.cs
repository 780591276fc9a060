namespace Ledger.Worlds;

/// <summary>An event cannot be applied to the world before it: one of a history that was asked strictly, or one that was to be appended.</summary>
public sealed class WorldFaultException : Exception
{
    /// <summary>An event of a history.</summary>
    internal WorldFaultException(SkippedEvent skipped, World worldBefore)
        : this(skipped, worldBefore, $"{Sentence(skipped, "at")} The world at position {skipped.Position} can be read. "
            + $"Append an event that corrects it, or go on without it on a branch ('ledger fork … --at {skipped.Position}').")
    {
    }

    /// <summary>An event that is refused, because it would be one of those that worlds go past.</summary>
    internal WorldFaultException(SkippedEvent refused, StreamName stream, string? objectId)
        : this(refused, null, $"{Sentence(refused, "for")} Nothing was written to '{stream}'. {RepairOf(refused, stream, objectId)}")
    {
    }

    private WorldFaultException(SkippedEvent skipped, World? worldBefore, string message)
        : base(message)
    {
        Fault = skipped.Fault;
        Reason = skipped.Reason;
        EventId = skipped.EventId;
        ForeignId = skipped.ForeignId;
        EventType = skipped.EventType;
        Position = skipped.Position;
        WorldBefore = worldBefore;
    }

    /// <summary>What kind of fault it is.</summary>
    public WorldFault Fault { get; }

    /// <summary>What is wrong with the event, as the rest of a sentence that begins with its type.</summary>
    public string Reason { get; }

    /// <summary>The event's id.</summary>
    public Guid EventId { get; }

    /// <summary>The id that the event had in another system or a file, or null.</summary>
    public string? ForeignId { get; }

    /// <summary>The name of the event's type.</summary>
    public string EventType { get; }

    /// <summary>The event's place in the history, from 0; of one that was refused, the place that it would have.</summary>
    public Position Position { get; }

    /// <summary>The world just before the event; null where an event was refused, because nothing was folded.</summary>
    public World? WorldBefore { get; }

    private static string Sentence(SkippedEvent skipped, string preposition) =>
        $"Event '{skipped.ForeignId ?? skipped.EventId.ToString()}' {preposition} position {skipped.Position} cannot be applied to the world: "
        + $"{skipped.EventType} {skipped.Reason} ({skipped.Fault.ToName()}).";

    private static string RepairOf(SkippedEvent refused, StreamName stream, string? objectId) => refused.Fault == WorldFault.UnknownObject
        ? $"Append an object.created of '{objectId}' before it; if the object was removed, 'ledger fork {stream} --at N' goes on from where it was there."
        : "Correct the event and append it again.";
}
