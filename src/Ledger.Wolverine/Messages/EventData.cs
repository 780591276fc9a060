using System.Text.Json;
using Ledger.Events;
using Ledger.Log;

namespace Ledger.Wolverine.Messages;

/// <summary>An event within a message: its name and JSON, so that any serializer can carry it.</summary>
/// <remarks>Immutable. Its id is made with it, so a message that is delivered twice writes it once.</remarks>
/// <param name="Id">The event's id.</param>
/// <param name="Type">The event's name in the log.</param>
/// <param name="Data">The event's JSON.</param>
/// <param name="Metadata">Who, why and when; null for none.</param>
public sealed record EventData(Guid Id, string Type, JsonElement Data, EventMetadata? Metadata = null)
{
    /// <summary>Puts an event into the form of a message.</summary>
    /// <param name="happened">An event record, or a <see cref="NewEvent"/> with its own id or metadata.</param>
    /// <param name="registry">The event types; null for the built-in ones alone.</param>
    /// <exception cref="InvalidEventException">It is of no registered type, or cannot be stored.</exception>
    public static EventData Of(object happened, EventRegistry? registry = null)
    {
        ArgumentNullException.ThrowIfNull(happened);
        var made = happened as NewEvent ?? new NewEvent(happened);
        var written = (registry ?? EventRegistry.Default).Write(made);
        using var json = JsonDocument.Parse(written.Json);
        return new EventData(made.Id, written.Type, json.RootElement.Clone(), made.Metadata == EventMetadata.None ? null : made.Metadata);
    }

    internal NewEvent ToNewEvent() => new(new UntypedEvent(Type, Data), Metadata) { Id = Id };
}
