using System.Text.Json;
using JasperFx.Events;

namespace Ledger.Wolverine.Forwarding;

/// <summary>Events of the log as handlers of the Critter Stack know them.</summary>
internal static class EventEnvelopes
{
    /// <summary>An event that is not written yet.</summary>
    public static IEvent Wrap(object appended) => appended is NewEvent made ? Of(made.Data, made.Id) : Of(appended, Guid.Empty);

    /// <summary>An event as stored in the log.</summary>
    public static IEvent Wrap(RecordedEvent recorded)
    {
        var wrapped = Of(recorded.Data, recorded.Id);
        wrapped.StreamKey = recorded.Stream.Value;
        wrapped.Version = recorded.Version.Value;
        wrapped.Sequence = recorded.Sequence.Value;
        wrapped.Timestamp = recorded.Timestamp;
        wrapped.EventTypeName = recorded.Type;
        wrapped.CorrelationId = recorded.CorrelationId;
        wrapped.CausationId = recorded.CausationId;
        if (recorded.Metadata is { Actor: { } actor })
        {
            wrapped.SetHeader("actor", actor);
        }

        foreach (var (name, value) in recorded.Metadata.Headers)
        {
            wrapped.SetHeader(name, value.ValueKind == JsonValueKind.String ? value.GetString()! : value);
        }

        return wrapped;
    }

    private static IEvent Of(object data, Guid id)
    {
        var wrapped = (IEvent)Activator.CreateInstance(typeof(Event<>).MakeGenericType(data.GetType()), data)!;
        wrapped.Id = id;
        return wrapped;
    }
}
