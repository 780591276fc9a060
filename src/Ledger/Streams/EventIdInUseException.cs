namespace Ledger.Streams;

/// <summary>An append was refused because an event id of it is in the log already, and it is not a repetition of an earlier append.</summary>
public sealed class EventIdInUseException : Exception
{
    /// <summary>States which id is in use, and by which stream.</summary>
    public EventIdInUseException(StreamName stream, Guid eventId, StreamName holder)
        : base(stream == holder
            ? $"The append to stream '{stream}' repeats event {eventId}, which the stream has, among events that it does not have. "
                + "Nothing was written; send the earlier append as it was, or the new events alone."
            : $"The append to stream '{stream}' has event {eventId}, which is in stream '{holder}' already. "
                + "Nothing was written; give the event an id of its own.")
    {
        Stream = stream;
        EventId = eventId;
        Holder = holder;
    }

    /// <summary>The stream of the refused append.</summary>
    public StreamName Stream { get; }

    /// <summary>The id that is in use.</summary>
    public Guid EventId { get; }

    /// <summary>The stream that has the event.</summary>
    public StreamName Holder { get; }
}
