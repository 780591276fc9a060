using System.Text;
using System.Text.Json;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>A parsed event of a record store's stream.</summary>
/// <remarks>One of the three is set, or none if the event is of another type or was changed by hand.</remarks>
/// <param name="Version">Its version in the stream.</param>
/// <param name="Event">The event of the chain.</param>
/// <param name="State">The mark that begins a state.</param>
/// <param name="Record">A record of that state.</param>
internal readonly record struct LogEntry(long Version, WalEvent? Event, StateMark? State, StateRecord? Record)
{
    public static LogEntry Of(RecordedEvent recorded)
    {
        var entry = new LogEntry(recorded.Version.Value, null, null, null);
        try
        {
            return recorded.Type switch
            {
                ChronoNames.Event => entry with { Event = StoredOf(recorded).ToEvent() },
                ChronoNames.State => entry with { State = StateOf(recorded.ToJsonElement()) },
                ChronoNames.Record => entry with { Record = RecordOf(recorded) },
                _ => entry,
            };
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException or KeyNotFoundException)
        {
            // Only verification reports the fault.
            return entry;
        }
    }

    /// <summary>The seq of a chain event, read without parsing the rest; null for other events.</summary>
    public static long? SeqOf(RecordedEvent recorded) =>
        recorded.Type == ChronoNames.Event
        && recorded.ToJsonElement().TryGetProperty(ChronoNames.Text.EncodedUtf8Bytes, out var text)
        && text.ValueKind == JsonValueKind.String
            ? ChainLink.Of(Encoding.UTF8.GetBytes(text.GetString()!)).Seq
            : null;

    private static StoredEvent StoredOf(RecordedEvent recorded)
    {
        var json = recorded.ToJsonElement();
        return new StoredEvent(TextOf(json, ChronoNames.Text), TextOf(json, ChronoNames.Hash), SpelledOf(recorded));
    }

    private static StateMark StateOf(JsonElement json) =>
        new(NumberOf(json, ChronoNames.Seq), TextOf(json, ChronoNames.Hash), TextOf(json, ChronoNames.Ts));

    private static StateRecord RecordOf(RecordedEvent recorded)
    {
        var json = recorded.ToJsonElement();
        return new StateRecord(
            new RecordText(TextOf(json, ChronoNames.Text), SpelledOf(recorded)),
            NumberOf(json, ChronoNames.Seq),
            NumberOf(json, ChronoNames.Ordinal),
            NumberOf(json, ChronoNames.At),
            TextOf(json, ChronoNames.Ts));
    }

    private static string? SpelledOf(RecordedEvent recorded) =>
        recorded.Metadata.Headers.TryGetValue(ChronoNames.Spelled.Value, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string TextOf(JsonElement json, JsonEncodedText name) => json.GetProperty(name.EncodedUtf8Bytes).GetString() ?? "";

    private static long NumberOf(JsonElement json, JsonEncodedText name) => json.GetProperty(name.EncodedUtf8Bytes).GetInt64();
}
