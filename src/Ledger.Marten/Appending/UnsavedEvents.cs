using System.Text;
using System.Text.Json;
using JasperFx.Events;
using Ledger.Events;
using Ledger.Log;
using Ledger.Marten.Serialization;
using Marten;
using Marten.Events;
using EventRegistry = Ledger.Log.EventRegistry;
using IEvent = JasperFx.Events.IEvent;

namespace Ledger.Marten.Appending;

/// <summary>The events that a session has appended and not saved yet, by Ledger's calls or by Marten's.</summary>
internal static class UnsavedEvents
{
    /// <summary>Whether the session has any.</summary>
    public static bool Exist(IQuerySession session) => Streams(session).Any();

    /// <summary>The streams that have some, with what the session does to them.</summary>
    public static IEnumerable<StreamAction> Streams(IQuerySession session)
    {
        if (session is not IDocumentSession documents)
        {
            return [];
        }

        var saved = PendingSave.Find(documents);
        return documents.PendingChanges.Streams().Where(stream => stream.Events.Count > 0 && saved?.IsWritten(stream) != true);
    }

    /// <summary>What the session does to a stream, or null if it appends nothing to it.</summary>
    public static StreamAction? Find(IQuerySession session, string stream) => Streams(session).FirstOrDefault(found => found.Key == stream);

    /// <summary>The events that the session appends to a stream, with the versions that they have if no other writer is faster.</summary>
    /// <param name="session">The session.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="stored">The version that the stream has in the database.</param>
    public static IReadOnlyList<IEvent> Of(IQuerySession session, string stream, long stored)
    {
        var events = Find(session, stream)?.Events ?? [];
        for (var i = 0; i < events.Count; i++)
        {
            // Marten itself does not know it before the save, which sets it again.
            events[i].Version = stored + i + 1;
        }

        return events;
    }

    /// <summary>The times of a stream's unsaved events, as if they were saved now: to those of its own calls Marten gives one when it saves.</summary>
    /// <param name="session">The session.</param>
    /// <param name="events">The events.</param>
    /// <param name="last">The time of the stored event before them.</param>
    public static DateTimeOffset[] TimesOf(IQuerySession session, IReadOnlyList<IEvent> events, DateTimeOffset last)
    {
        var now = ((EventGraph)session.DocumentStore.Options.Events).TimeProvider.GetUtcNow();
        var times = new DateTimeOffset[events.Count];
        for (var i = 0; i < times.Length; i++)
        {
            last = times[i] = events[i].Timestamp != default ? events[i].Timestamp : now > last ? now : last;
        }

        return times;
    }

    /// <summary>An unsaved event as Ledger reads events; without a sequence number, which the save draws.</summary>
    public static RecordedEvent Read(IEvent unsaved, DateTimeOffset time, EventRegistry registry, ISerializer serializer)
    {
        if (unsaved.Id == Guid.Empty)
        {
            unsaved.Id = Guid.CreateVersion7();
        }

        return new RecordedEvent(
            registry,
            new StreamName(unsaved.StreamKey!),
            new StreamVersion(unsaved.Version),
            default,
            unsaved.Id,
            TypeOf(unsaved),
            JsonOf(unsaved, registry, serializer),
            unsaved.Headers is null ? default : JsonSerializer.SerializeToUtf8Bytes(unsaved.Headers),
            time)
        {
            CorrelationId = unsaved.CorrelationId,
            CausationId = unsaved.CausationId,
        };
    }

    /// <summary>The name under which an event is stored.</summary>
    public static string TypeOf(IEvent unsaved) => unsaved.Data is UntypedEvent untyped ? untyped.Type : unsaved.EventTypeName;

    /// <summary>The JSON that is stored: Ledger's for the types of the registry, else Marten's.</summary>
    public static ReadOnlyMemory<byte> JsonOf(IEvent unsaved, EventRegistry registry, ISerializer serializer) =>
        EventJsonConverter.Find(unsaved.Data) is { } written ? written
        : registry.Knows(unsaved.Data.GetType()) ? registry.Write(new NewEvent(unsaved.Data)).Json
        : Encoding.UTF8.GetBytes(serializer.ToJson(unsaved.Data));
}
