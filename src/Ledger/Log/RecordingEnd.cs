namespace Ledger.Log;

/// <summary>The event that states the result of an imported recording: its exit status, and its totals where no answer states its own.</summary>
/// <remarks>A recording that was imported before it ended has one of its own, before the events that it has in addition now. So a later import passes over those that it does not have.</remarks>
internal static class RecordingEnd
{
    public const string EventType = "recording.ended";
}
