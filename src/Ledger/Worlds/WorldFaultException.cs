namespace Ledger.Worlds;

/// <summary>An event cannot be applied to the world before it: an event of a history read with <see cref="WorldFaults.Throw"/>, or one about to be appended.</summary>
public sealed class WorldFaultException : Exception
{
    /// <summary>Creates the exception for an event of a history.</summary>
    internal WorldFaultException(SkippedEvent skipped, World worldBefore)
        : this(skipped, worldBefore, $"{Sentence(skipped, "at")} The world at position {skipped.Position} can be read. "
            + $"Append an event that corrects it, or continue without it on a branch ('ledger fork … --at {skipped.Position}').")
    {
    }

    /// <summary>Creates the exception for a refused append of an event that worlds would skip.</summary>
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

    /// <summary>The kind of fault.</summary>
    public WorldFault Fault { get; }

    /// <summary>The fault as the rest of a sentence that begins with the event's type.</summary>
    public string Reason { get; }

    /// <summary>The event's id.</summary>
    public Guid EventId { get; }

    /// <summary>The id that the event had in another system or a file, or null.</summary>
    public string? ForeignId { get; }

    /// <summary>The name of the event's type.</summary>
    public string EventType { get; }

    /// <summary>The event's place in the history, from 0; for a refused event, the place that it would have had.</summary>
    public Position Position { get; }

    /// <summary>The world just before the event; null for a refused event, because nothing was folded.</summary>
    public World? WorldBefore { get; }

    private static string Sentence(SkippedEvent skipped, string preposition) =>
        $"Event '{skipped.ForeignId ?? skipped.EventId.ToString()}' {preposition} position {skipped.Position} cannot be applied to the world: "
        + $"{skipped.EventType} {skipped.Reason} ({skipped.Fault.ToName()}).";

    private static string RepairOf(SkippedEvent refused, StreamName stream, string? objectId) => refused.Fault == WorldFault.UnknownObject
        ? $"Append an object.created of '{objectId}' before it; if the object was removed, 'ledger fork {stream} --at N' continues from where it existed."
        : "Correct the event and append it again.";
}
