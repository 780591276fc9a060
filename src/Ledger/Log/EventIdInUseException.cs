namespace Ledger.Log;

/// <summary>An append was refused because an event id of it is in the log already, and it is not a repetition of an earlier append.</summary>
/// <remarks>
/// An append is a repetition when its streams have all of its events with the same types and the same JSON by value. Times, headers and
/// the .NET type do not count.
/// </remarks>
public sealed class EventIdInUseException : Exception
{
    /// <summary>States which id is in use, and by which stream.</summary>
    public EventIdInUseException(StreamName stream, Guid eventId, StreamName holder)
        : this(stream, eventId, holder, stream == holder ? EventIdConflict.PartOfAppend : EventIdConflict.OtherStream)
    {
    }

    /// <summary>States which id is in use, by which stream, and why that is a conflict.</summary>
    /// <param name="stream">The stream of the refused append.</param>
    /// <param name="eventId">The id that is in use.</param>
    /// <param name="holder">The stream that has it.</param>
    /// <param name="conflict">Why it is a conflict.</param>
    /// <param name="foreignId">The id that the event has in the file or system that it comes from, or null.</param>
    public EventIdInUseException(StreamName stream, Guid eventId, StreamName holder, EventIdConflict conflict, string? foreignId = null)
        : base(Sentence(stream, foreignId is null ? $"event {eventId}" : $"event '{TextRules.Printable(foreignId)}' ({eventId})", holder, conflict))
    {
        Stream = stream;
        EventId = eventId;
        Holder = holder;
        Conflict = conflict;
        ForeignId = foreignId;
    }

    /// <summary>The stream of the refused append.</summary>
    public StreamName Stream { get; }

    /// <summary>The id that is in use.</summary>
    public Guid EventId { get; }

    /// <summary>The stream that has the event.</summary>
    public StreamName Holder { get; }

    /// <summary>Why it is a conflict.</summary>
    public EventIdConflict Conflict { get; }

    /// <summary>The id that the event has in the file or system that it comes from, or null.</summary>
    public string? ForeignId { get; }

    private static string Sentence(StreamName stream, string named, StreamName holder, EventIdConflict conflict) => conflict switch
    {
        EventIdConflict.PartOfAppend => $"The append to stream '{stream}' repeats {named}, which the stream has, among events that it does not have. "
            + "Nothing was written; send the earlier append as it was, or the new events alone.",
        EventIdConflict.OtherStream => $"The append to stream '{stream}' has {named}, which is in stream '{holder}' already. "
            + "Nothing was written; give the event its own id.",
        _ => $"The append to stream '{stream}' has {named}, which the stream has already with another type or other data. "
            + "Nothing was written; give the event its own id, or send it unchanged.",
    };
}
