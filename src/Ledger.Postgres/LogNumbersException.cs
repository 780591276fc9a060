using Ledger.Log;

namespace Ledger.Postgres;

/// <summary>The numbers of the log are inconsistent: its sequence, its events and the progress of its readers come from different times.</summary>
/// <remarks>
/// This happens after a restore of some tables, on a copy made by logical replication, and when a reader stores its position elsewhere. Continuing would
/// silently skip events. <c>ledger migrate assert</c> lists the inconsistencies, <c>ledger migrate repair</c> repairs them.
/// </remarks>
public sealed class LogNumbersException : Exception
{
    private LogNumbersException(string message, long reached, long drawn)
        : base(message) => (Reached, LastDrawn) = (new SequenceNumber(reached), new SequenceNumber(drawn));

    /// <summary>The larger number: that of the newest event, or the position of a reader.</summary>
    public SequenceNumber Reached { get; }

    /// <summary>The last number that the log's sequence has given.</summary>
    public SequenceNumber LastDrawn { get; }

    internal static LogNumbersException SequenceBehind(long drawn, long newest) => new(
        $"The newest event of the log has number {newest}, but the sequence that numbers events is only at {drawn}: new events would get numbers "
        + "that are taken, and are refused. Run 'ledger migrate repair', which sets the sequence to the newest event.",
        newest,
        drawn);

    internal static LogNumbersException EventReplaced(string reader, long position, Guid eventId, long newest) => new(
        $"{reader} is at number {position}, the number of event {eventId} when it was read, but the log no longer has that event there; its newest number is {newest}. "
        + "Another server has taken over, which lacked the newest events, or the log was restored: events after the place where the two part would be left out. "
        + "Begin at a number that both have.",
        position,
        newest);

    internal static LogNumbersException ReaderBeyond(string reader, long position, long drawn) => new(
        $"{reader} is at number {position}, but the last number that the log has given is {drawn}: new events up to {position} would be left out. "
        + "The log was probably restored or copied without its newest events. Run 'ledger migrate assert' to see what does not agree, and "
        + "'ledger migrate repair --reset-progress' or begin at a number that the log has.",
        position,
        drawn);
}
