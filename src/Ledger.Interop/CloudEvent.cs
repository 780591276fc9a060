using Ledger.Interop.CloudEvents;

namespace Ledger.Interop;

/// <summary>Writes events in the JSON format of CloudEvents 1.0: <c>source</c> names the log, <c>subject</c> the stream, <c>id</c> and <c>type</c> are those of the event.</summary>
/// <remarks>Safe for concurrent use. <c>time</c> is when the event happened, <c>recordedtime</c> when the log took it, <c>sequence</c> its version in the stream.</remarks>
public static class CloudEvent
{
    /// <summary>The media type of one event.</summary>
    public const string MediaType = "application/cloudevents+json";

    /// <summary>The media type of several.</summary>
    public const string BatchMediaType = "application/cloudevents-batch+json";

    /// <summary>The source of events, unless another is given.</summary>
    public const string DefaultSource = "/ledger";

    /// <summary>One event, as UTF-8 of <see cref="MediaType"/>.</summary>
    /// <param name="recorded">The event.</param>
    /// <param name="source">What names the log: a URI reference.</param>
    /// <exception cref="ArgumentException">The source is not a URI reference.</exception>
    public static byte[] Write(RecordedEvent recorded, string source = DefaultSource)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        CloudEventForm.CheckSource(source);
        return CloudEventForm.Body(writer => CloudEventForm.Write(writer, recorded, source));
    }

    /// <summary>Several events, as UTF-8 of <see cref="BatchMediaType"/>.</summary>
    /// <param name="events">The events.</param>
    /// <param name="source">What names the log: a URI reference.</param>
    /// <exception cref="ArgumentException">The source is not a URI reference.</exception>
    public static byte[] WriteBatch(IEnumerable<RecordedEvent> events, string source = DefaultSource)
    {
        ArgumentNullException.ThrowIfNull(events);
        CloudEventForm.CheckSource(source);
        return CloudEventForm.Body(writer =>
        {
            writer.WriteStartArray();
            foreach (var recorded in events)
            {
                CloudEventForm.Write(writer, recorded, source);
            }

            writer.WriteEndArray();
        });
    }
}
