using Ledger.Events;
using Ledger.Log;

namespace Ledger;

/// <summary>An event to be appended: what happened, with an id and metadata.</summary>
/// <remarks>Immutable. Appending the same instance again after a failure writes it once, because its id is made with it.</remarks>
public sealed record NewEvent
{
    private readonly object _data;

    /// <summary>Wraps an event.</summary>
    /// <param name="data">An instance of a registered event type, or an <see cref="UntypedEvent"/>.</param>
    /// <param name="metadata">Who, why and when; null for none.</param>
    public NewEvent(object data, EventMetadata? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        _data = data;
        Metadata = metadata ?? EventMetadata.None;
        Id = TimeOrderedId.Create();
    }

    /// <summary>The event itself: an event record or an <see cref="UntypedEvent"/>.</summary>
    public object Data => Written is { } written ? written.Value : _data;

    /// <summary>Who, why and when.</summary>
    public EventMetadata Metadata { get; init; }

    /// <summary>The event's id. Default: a UUID v7; not used when the metadata has a <see cref="EventMetadata.ForeignId"/>.</summary>
    public Guid Id { get; init; }

    /// <summary>What ties events of several streams together; appends through a run set the name of the root run where it is null.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The data as an importer has written them; null for others.</summary>
    internal WrittenData? Written => _data as WrittenData;

    /// <summary>Whether <see cref="Data"/> is an <see cref="UntypedEvent"/>, without parsing it.</summary>
    internal bool IsUntyped => _data is WrittenData or UntypedEvent;

    /// <summary>Whether it, and so its id, was made by the call that appends it.</summary>
    internal bool IsNew { get; init; }

    /// <summary>The id that the event gets in a stream: <see cref="Id"/>, or the one derived from the foreign id.</summary>
    public Guid IdIn(StreamName stream) =>
        Metadata.ForeignId is { } foreignId ? EventIds.FromForeign(stream, foreignId) : Id;

    /// <summary>Wraps an object that is not a <see cref="NewEvent"/> yet.</summary>
    internal static IReadOnlyList<NewEvent> From(IReadOnlyList<object> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (events is IReadOnlyList<NewEvent> ready)
        {
            return ready;
        }

        var wrapped = new NewEvent[events.Count];
        for (var i = 0; i < wrapped.Length; i++)
        {
            wrapped[i] = events[i] as NewEvent ?? new NewEvent(events[i]) { IsNew = true };
        }

        return wrapped;
    }
}
