using System.Text.Json;

namespace Ledger.Log;

/// <summary>Metadata of an event: who caused it, why, and when it happened in the world.</summary>
/// <remarks>Immutable when the collections given to it are. Stored in the event's headers; absent members are not written.</remarks>
public sealed record EventMetadata
{
    // Above None, which is made of it: static members are initialized in the order of the text.
    internal static IReadOnlyDictionary<string, JsonElement> EmptyHeaders { get; } = new Dictionary<string, JsonElement>();

    /// <summary>No metadata.</summary>
    public static EventMetadata None { get; } = new();

    /// <summary>Who caused the event: an agent, a person, a program.</summary>
    public string? Actor { get; init; }

    /// <summary>Where the event came from, in the words of the system that made it.</summary>
    public string? Source { get; init; }

    /// <summary>The ids of the events that this one follows from, the most important first.</summary>
    public IReadOnlyList<Guid> Causes { get; init; } = [];

    /// <summary>The id that the event had in another system or a file. Its id here is then derived from the stream name and this text.</summary>
    public string? ForeignId { get; init; }

    /// <summary>The causes by the ids that they had in another system or a file.</summary>
    public IReadOnlyList<string> ForeignCauses { get; init; } = [];

    /// <summary>The time that the event speaks of, where that is not the time at which the log took it.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The call of a task (<see cref="Tasks.Call.Id"/>) that the event belongs to, or null; that the call exists is not checked.</summary>
    /// <remarks>
    /// <see cref="Tasks.TaskLedger.FindCallAsync"/> finds the call, and <see cref="Tasks.TaskLedger.ReadCallEventsAsync"/> what else
    /// belongs to it. The responses to a request that <c>CallOnceAsync</c> records belong to the same call.
    /// </remarks>
    public string? CallId { get; init; }

    /// <summary>The W3C trace context; when it is null, an append takes that of the current activity.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The application's own headers; a name of Ledger's own is refused.</summary>
    public IReadOnlyDictionary<string, JsonElement> Headers { get; init; } = EmptyHeaders;
}
