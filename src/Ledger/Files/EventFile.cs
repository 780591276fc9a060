using System.Text.Json;
using Ledger.Log;

namespace Ledger.Files;

/// <summary>Reads and writes event files: JSON Lines with one event <c>{id, type, source, actor, cause, timestamp, data}</c> per line.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>UTF-8, with or without a byte order mark; lines end with LF or CRLF, blank ones are skipped.</item>
/// <item><c>type</c> and <c>data</c> are required, and <c>data</c> may be any JSON, even null. Everything else may be absent or null; a repeated member has its last value.</item>
/// <item><c>id</c> and <c>cause</c> are foreign ids, even if they look like UUIDs; an event without an id gets a new one. <c>cause</c> is a list of ids, or one id.</item>
/// <item><c>timestamp</c> is an ISO 8601 time; without an offset it is in UTC. Digits beyond 100 nanoseconds are truncated.</item>
/// <item><c>call_id</c> is allowed too, and so is the place of an event that was printed from a log: <c>position</c>, <c>event_id</c>, <c>recorded_at</c>,
/// <c>stream</c>, <c>version</c>, <c>sequence</c>. The place is ignored, because the event gets a new one.</item>
/// <item>Any other member is refused by name: it is a typing error, or the file comes from another program.</item>
/// </list>
/// </remarks>
public static class EventFile
{
    /// <summary>Reads a file's events in order, one at a time; an <see cref="EventFileReader"/> also refuses repeated ids.</summary>
    /// <exception cref="EventFileException">A line is not an event; those before it have been returned.</exception>
    public static IEnumerable<NewEvent> Read(ReadOnlyMemory<byte> utf8) => new EventFileReader(RepeatedIds.Allowed).Read(utf8);

    /// <summary>Reads a single line, independently of the lines before it.</summary>
    /// <param name="utf8">The line, with or without its line end.</param>
    /// <param name="number">Its number, from 1; the first may begin with a byte order mark.</param>
    /// <returns>The event, or null for a blank line.</returns>
    /// <exception cref="EventFileException">The line is not an event.</exception>
    public static NewEvent? ReadLine(ReadOnlyMemory<byte> utf8, long number) => new EventFileReader().ReadLine(utf8, number);

    /// <summary>Writes the members, with causes by the ids that their events have in the file.</summary>
    internal static void WriteMembers(Utf8JsonWriter writer, RecordedEvent recorded, IReadOnlyDictionary<Guid, string>? names)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(recorded);
        var metadata = recorded.Metadata;
        writer.WriteString("id", metadata.ForeignId ?? recorded.Id.ToString());
        writer.WriteString("type", recorded.Type);
        writer.WriteString("source", metadata.Source);
        writer.WriteString("actor", metadata.Actor);
        writer.WriteStartArray("cause");
        foreach (var cause in metadata.Causes)
        {
            writer.WriteStringValue(names?.GetValueOrDefault(cause) ?? cause.ToString());
        }

        foreach (var cause in metadata.ForeignCauses)
        {
            writer.WriteStringValue(cause);
        }

        writer.WriteEndArray();
        writer.WriteString("timestamp", metadata.OccurredAt ?? recorded.Timestamp);
        writer.WritePropertyName("data");
        recorded.ToJsonElement().WriteTo(writer);
    }

    /// <summary>Writes an event as a JSON object.</summary>
    /// <remarks>
    /// All seven members are written; <c>source</c> and <c>actor</c> may be null. <c>id</c> is the foreign id if there
    /// is one, <c>cause</c> lists the causes by id, then those by foreign id, <c>timestamp</c> is the time that the event itself gives, else
    /// the time at which the log recorded it.
    /// </remarks>
    public static void Write(Utf8JsonWriter writer, RecordedEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        WriteMembers(writer, recorded, null);
        writer.WriteEndObject();
    }

    /// <summary>Turns the events of a file into recorded events without a log, to fold or show them.</summary>
    /// <param name="events">The events, in order.</param>
    /// <param name="stream">The stream that they would belong to; ids are derived from its name.</param>
    /// <param name="recordedAt">The recording time that they get.</param>
    /// <param name="registry">Maps type names to .NET types; null for only the built-in events.</param>
    /// <exception cref="InvalidEventException">An event could not be stored.</exception>
    public static IEnumerable<RecordedEvent> Record(
        IEnumerable<NewEvent> events,
        StreamName stream,
        DateTimeOffset recordedAt,
        EventRegistry? registry = null)
    {
        ArgumentNullException.ThrowIfNull(events);
        registry ??= EventRegistry.Default;
        var position = 0L;
        foreach (var item in events)
        {
            var written = registry.Write(item);
            yield return new RecordedEvent(
                registry,
                stream,
                new StreamVersion(position + 1),
                new SequenceNumber(position + 1),
                item.IdIn(stream),
                written.Type,
                written.Json,
                written.Headers,
                recordedAt)
            {
                Position = new Position(position),
                CorrelationId = item.CorrelationId,
            };
            position++;
        }
    }
}
