using System.Text.Json.Serialization;

namespace Ledger.Log;

/// <summary>The payload of another event was replaced, whole or in part. It lies in the stream <c>masked:{stream}</c>.</summary>
/// <param name="EventId">The event whose payload was replaced.</param>
/// <param name="Stream">The stream of that event.</param>
/// <param name="Version">Its place in that stream, from 1.</param>
/// <param name="Paths">Which parts were replaced, as rules name them; empty for the whole payload.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who asked for it, or null.</param>
/// <param name="Commitment">The salted commitment to the payload that is there now, in base64, on an engine with a seal; else null.</param>
/// <param name="HeadersCommitment">The one to the headers that are there now, where they were changed too; else null.</param>
/// <param name="IsReplaced">Whether another program had replaced the payload or headers before, so that what is left need not be a part of what was appended; null if not.</param>
[EventType("event.masked")]
public sealed record EventMasked(
    [property: JsonPropertyName("event_id")] Guid EventId,
    [property: JsonPropertyName("stream")] string Stream,
    [property: JsonPropertyName("version")] long Version,
    [property: JsonPropertyName("paths")] IReadOnlyList<string> Paths,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("by"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? By = null,
    [property: JsonPropertyName("commitment"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Commitment = null,
    [property: JsonPropertyName("headers_commitment"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? HeadersCommitment = null,
    [property: JsonPropertyName("replaced"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? IsReplaced = null) : OpenEvent
{
    private const string Prefix = "masked:";

    /// <summary>The stream that says what was masked in a stream: <c>masked:{stream}</c>, without the end of a name that would be too long.</summary>
    /// <remarks>It is another stream, so that a run keeps its versions, and an archived one can be masked.</remarks>
    public static StreamName StreamOf(StreamName stream)
    {
        var name = Prefix + stream.Value;
        var length = Math.Min(name.Length, StreamName.MaxLength);
        return new StreamName(name[..(length - (length < name.Length && char.IsHighSurrogate(name[length - 1]) ? 1 : 0))]);
    }
}
