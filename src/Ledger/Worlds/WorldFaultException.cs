using Ledger.Streams;

namespace Ledger.Worlds;

/// <summary>An event of a history cannot be applied to the world before it; questions before that event can be answered.</summary>
public sealed class WorldFaultException : Exception
{
    internal WorldFaultException(WorldFault fault, string reason, Guid eventId, string? foreignId, string type, World worldBefore)
        : base($"Event '{foreignId ?? eventId.ToString()}' at position {worldBefore.Position} cannot be applied to the world: "
            + $"{type} {reason} ({fault.ToName()}). The world at position {worldBefore.Position} can be read.")
    {
        Fault = fault;
        Reason = reason;
        EventId = eventId;
        ForeignId = foreignId;
        EventType = type;
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

    /// <summary>The event's place among the folded events, from 0.</summary>
    public Position Position => WorldBefore.Position;

    /// <summary>The world just before the event.</summary>
    public World WorldBefore { get; }
}
