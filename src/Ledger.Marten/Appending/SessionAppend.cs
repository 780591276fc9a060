using Ledger.Events;
using Ledger.Marten.Serialization;
using Ledger.Streams;
using Marten;
using Marten.Events;
using IEvent = JasperFx.Events.IEvent;

namespace Ledger.Marten.Appending;

/// <summary>One part of a request as Marten's own append, so that the store's inline projections run.</summary>
internal static class SessionAppend
{
    /// <summary>Hands the events of a part to a session whose transaction has locked the stream.</summary>
    /// <returns>The events; Marten sets their numbers when they are saved. What is disposed goes with them.</returns>
    public static IReadOnlyList<IEvent> Add(
        IDocumentSession session,
        EventRegistry registry,
        AppendRequest.Part part,
        long version,
        DateTimeOffset time,
        List<IDisposable> written)
    {
        var graph = (EventGraph)session.DocumentStore.Options.Events;
        var wrapped = part.Events.Select(item => Wrap(graph, registry, item, time, written)).ToArray();
        var action = session.Events.Append(part.Stream.Value, version + wrapped.Length, wrapped.Cast<object>());

        // Marten gives each the name of its class.
        foreach (var (appended, item) in wrapped.Zip(part.Events))
        {
            appended.EventTypeName = item.Serialized.Type;
            appended.DotNetTypeName = item.Serialized.ClrType;
        }

        return action.Events;
    }

    private static IEvent Wrap(EventGraph graph, EventRegistry registry, AppendRequest.Item item, DateTimeOffset time, List<IDisposable> written)
    {
        var serialized = item.Serialized;

        // A name with a type reaches the projections as that.
        var data = item.Event.Data is UntypedEvent ? registry.Read(serialized.Type, serialized.Json) : item.Event.Data;
        written.Add(EventJsonConverter.Remember(data, serialized.Json));
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
