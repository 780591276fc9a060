namespace Ledger.Cli.Events;

/// <summary>Filters over streams of events.</summary>
internal static class EventStreams
{
    /// <summary>Whether an event has the type and belongs to the call; null matches any.</summary>
    public static bool Is(this RecordedEvent recorded, string? type, string? callId) =>
        (type is null || recorded.Type == type) && (callId is null || recorded.Metadata.CallId == callId);
}
