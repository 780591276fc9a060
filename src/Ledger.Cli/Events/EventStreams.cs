using Ledger.Events;

namespace Ledger.Cli.Events;

/// <summary>What is done with events as they pass.</summary>
internal static class EventStreams
{
    /// <summary>Keeps those of a type; null keeps all.</summary>
    public static IAsyncEnumerable<RecordedEvent> OfType(this IAsyncEnumerable<RecordedEvent> events, string? type) =>
        type is null ? events : events.Where(e => e.Type == type);
}
