namespace Ledger.Cli.Events;

/// <summary>What is done with events as they pass.</summary>
internal static class EventStreams
{
    /// <summary>Whether an event has a type and belongs to a call; null stands for any.</summary>
    public static bool Is(this RecordedEvent recorded, string? type, string? callId) =>
        (type is null || recorded.Type == type) && (callId is null || recorded.Metadata.CallId == callId);
}
