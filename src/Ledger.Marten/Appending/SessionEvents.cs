using Ledger.Events;
using Ledger.Json;
using Ledger.Log;
using Ledger.Marten.Serialization;
using Marten;
using Marten.Events;
using IEvent = JasperFx.Events.IEvent;

namespace Ledger.Marten.Appending;

/// <summary>One part of a request as Marten's own append, so that the store's inline projections run.</summary>
internal static class SessionEvents
{
    /// <summary>Passes the events of a part to a session whose transaction has locked the stream.</summary>
    /// <param name="session">The session.</param>
    /// <param name="registry">Maps the events' names to types.</param>
    /// <param name="part">The part; it has events.</param>
    /// <param name="version">The version before its first event.</param>
    /// <param name="time">The time of its events.</param>
    /// <param name="pending">Remembers their JSON until they are saved.</param>
    /// <returns>The events; Marten sets their numbers when they are saved.</returns>
    public static IReadOnlyList<IEvent> Add(
        IDocumentSession session,
        EventRegistry registry,
        AppendRequest.Part part,
        long version,
        DateTimeOffset time,
        PendingSave pending)
    {
        var graph = (EventGraph)session.DocumentStore.Options.Events;
        var wrapped = Array.ConvertAll(part.Events, item => Wrap(graph, registry, item, time, pending));
        var isFurther = session.PendingChanges.Streams().Any(s => s.Key == part.Stream.Value && s.Events.Count > 0);
        var action = session.Events.Append(part.Stream.Value, wrapped);
        if (!isFurther)
        {
            action.ExpectedVersionOnServer = version;
        }

        // Marten names each after its class.
        foreach (var (appended, item) in wrapped.Zip(part.Events))
        {
            appended.EventTypeName = item.Serialized.Type;
            appended.DotNetTypeName = item.Serialized.ClrType;
        }

        return wrapped;
    }

    private static IEvent Wrap(EventGraph graph, EventRegistry registry, AppendRequest.Item item, DateTimeOffset time, PendingSave pending)
    {
        var serialized = item.Serialized;

        // A name with a type reaches the projections as that.
        var data = item.Event.Data is UntypedEvent ? EventMappings.Read(registry, serialized.Type, serialized.Json) : item.Event.Data;
        pending.Remember(EventJsonConverter.Remember(data, serialized.Json));
        var wrapped = graph.BuildEvent(data);
        wrapped.Id = item.Id;
        wrapped.Timestamp = time;
        wrapped.CorrelationId = item.Event.CorrelationId;
        wrapped.CausationId = item.CausationId;
        wrapped.Headers = serialized.Headers.IsEmpty
            ? null
            : EventJson.ParseElement(serialized.Headers).EnumerateObject().ToDictionary(m => m.Name, m => (object)m.Value);
        return wrapped;
    }
}
