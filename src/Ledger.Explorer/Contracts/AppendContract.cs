using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Explorer.Contracts;

/// <summary>The result of an append: where the events are.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Outcome">written, or already_written if nothing had to be.</param>
/// <param name="Position">The position of the first event.</param>
/// <param name="Count">The number of events.</param>
/// <param name="Length">The length of the history after the last one.</param>
/// <param name="Version">The version of the stream after the last one.</param>
/// <param name="EventId">The id of the event, if it was appended alone.</param>
/// <param name="Notes">Possible problems with events that were appended anyway; null for none.</param>
internal sealed record AppendContract(
    string Stream,
    string Outcome,
    long Position,
    long Count,
    long Length,
    long Version,
    Guid? EventId = null,
    IReadOnlyList<string>? Notes = null)
{
    public static AppendContract Of(StreamName stream, RunAppend appended, long count, StreamVersion version) => new(
        stream.Value,
        appended.Outcome == AppendOutcome.Written ? "written" : "already_written",
        appended.Length.Value - count,
        count,
        appended.Length.Value,
        version.Value);

    /// <summary>Adds the hints about types that the application may have misspelled.</summary>
    public AppendContract WithNotes(IEnumerable<string?> notes)
    {
        var found = notes.OfType<string>().ToArray();
        return found.Length == 0 ? this : this with { Notes = found };
    }
}
