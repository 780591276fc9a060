using System.Text.Json;
using Ledger.Events;
using Ledger.Streams;

namespace Ledger.Files;

/// <summary>Event files: JSON Lines with an event <c>{id, type, source, actor, cause, timestamp, data}</c> in each.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>UTF-8, with or without a byte order mark; lines end with LF or CRLF, blank ones are skipped.</item>
/// <item><c>type</c> is required. Everything else may be absent or null, <c>data</c> then is <c>{}</c>; of a member that occurs twice the last counts.</item>
/// <item><c>id</c> and <c>cause</c> are foreign ids, whatever they look like; without one, the event gets a new id. <c>cause</c> is a list of ids, or one id.</item>
/// <item><c>timestamp</c> is an ISO 8601 time; without an offset it is in UTC. Digits beyond 100 nanoseconds are cut.</item>
/// <item>Further members are ignored, so what the command line prints of events can be read again.</item>
/// </list>
/// </remarks>
public static class EventFile
{
    /// <summary>Reads a file's events in order, one at a time.</summary>
    /// <exception cref="EventFileException">A line is not an event; those before it have been given.</exception>
    public static IEnumerable<NewEvent> Read(ReadOnlyMemory<byte> utf8)
    {
        var rest = utf8;
        for (var number = 1L; !rest.IsEmpty; number++)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (ReadLine(line, number) is { } read)
            {
                yield return read;
            }
        }
    }

    /// <summary>Reads one line, for files too large for memory.</summary>
    /// <param name="utf8">The line, with or without its end.</param>
    /// <param name="number">Its number, from 1; the first may begin with a byte order mark.</param>
    /// <returns>The event, or null for a blank line.</returns>
    /// <exception cref="EventFileException">The line is not an event.</exception>
    public static NewEvent? ReadLine(ReadOnlyMemory<byte> utf8, long number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        var line = utf8.Span;
        if (number == 1 && line.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        return line.Trim(" \t\r\n"u8).IsEmpty ? null : new EventFileLine(line, number).Read();
    }

    /// <summary>Writes an event as the members of a JSON object that the caller has begun and ends.</summary>
    /// <remarks>
    /// All seven members are written; <c>source</c> and <c>actor</c> are null where there is none. <c>id</c> is the foreign id where there
    /// is one, <c>cause</c> has the causes by id and then those by foreign id, <c>timestamp</c> is the time that the event speaks of, else
    /// the one at which the log took it.
    /// </remarks>
    public static void WriteMembers(Utf8JsonWriter writer, RecordedEvent recorded) => WriteMembers(writer, recorded, null);

    /// <summary>Writes the members, with causes by the names that their events have in the file.</summary>
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

    /// <summary>Writes an event as a JSON object; see <see cref="WriteMembers(Utf8JsonWriter, RecordedEvent)"/>.</summary>
    public static void Write(Utf8JsonWriter writer, RecordedEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        WriteMembers(writer, recorded);
        writer.WriteEndObject();
    }

    /// <summary>Gives the events of a file the form that a log gives them, without a log: to be folded or shown.</summary>
    /// <param name="events">The events, in order.</param>
    /// <param name="stream">The stream that they would be in; ids are derived from its name.</param>
    /// <param name="recordedAt">The time at which they count as recorded.</param>
    /// <param name="registry">What the names mean; null for the built-in events.</param>
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
