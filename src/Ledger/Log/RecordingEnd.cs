namespace Ledger.Log;

/// <summary>The event that states the result of an imported recording: its exit status, and its totals where no answer states its own.</summary>
/// <remarks>A recording that was imported before it ended has one of its own, before the events that it has in addition now. So a later import passes over those that it does not have.</remarks>
internal static class RecordingEnd
{
    public const string EventType = "recording.ended";

    /// <summary>Names a recording in a file of its own, which the log may not have yet.</summary>
    public const string ReferenceType = "recording.reference";

    /// <summary>Names the run of another recording that belongs to this one.</summary>
    public const string LinkType = "recording.linked";
}
