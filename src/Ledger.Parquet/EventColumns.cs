using System.Text;
using System.Text.Json;
using Ledger.Log;

namespace Ledger.Parquet;

/// <summary>The table of events.</summary>
internal static class EventColumns
{
    public static IReadOnlyList<Func<ParquetColumn<RecordedEvent>>> All { get; } =
    [
        Columns.Whole<RecordedEvent>("sequence", row => row.Sequence.Value),
        Columns.Text<RecordedEvent>("stream", row => row.Stream.Value),
        Columns.Whole<RecordedEvent>("version", row => row.Version.Value),
        Columns.Whole<RecordedEvent>("position", row => row.Position?.Value),
        Columns.Text<RecordedEvent>("id", row => row.Id.ToString()),
        Columns.Text<RecordedEvent>("type", row => row.Type),
        Columns.Time<RecordedEvent>("timestamp", row => row.Timestamp),
        Columns.Time<RecordedEvent>("occurred_at", row => row.Metadata.OccurredAt),
        Columns.Text<RecordedEvent>("actor", row => row.Metadata.Actor),
        Columns.Text<RecordedEvent>("source", row => row.Metadata.Source),
        Columns.Text<RecordedEvent>("foreign_id", row => row.Metadata.ForeignId),
        Columns.Text<RecordedEvent>("causes", row => CausesOf(row.Metadata)),
        Columns.Text<RecordedEvent>("call_id", row => row.Metadata.CallId),
        Columns.Text<RecordedEvent>("correlation_id", row => row.CorrelationId),
        Columns.Text<RecordedEvent>("causation_id", row => row.CausationId),
        Columns.Text<RecordedEvent>("data", row => Encoding.UTF8.GetString(row.Json.Span)),
        Columns.Text<RecordedEvent>("trace_parent", row => row.Metadata.TraceParent),
        Columns.Text<RecordedEvent>("headers", row => HeadersOf(row.Metadata)),
    ];

    // The application's own, and what calls have there.
    private static string? HeadersOf(EventMetadata metadata)
    {
        if (metadata.Headers.Count == 0)
        {
            return null;
        }

        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in metadata.Headers)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(memory.GetBuffer().AsSpan(0, (int)memory.Length));
    }

    // Separated by spaces, which no id of an event has; foreign ids that have one are rare.
    private static string? CausesOf(EventMetadata metadata)
    {
        string[] causes = [.. metadata.Causes.Select(cause => cause.ToString()), .. metadata.ForeignCauses];
        return causes.Length == 0 ? null : string.Join(' ', causes);
    }
}
