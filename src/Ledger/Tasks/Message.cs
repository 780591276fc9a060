using System.ComponentModel;
using System.Text.Json.Serialization;
using Ledger.Json;

namespace Ledger.Tasks;

/// <summary>Something that was said in a task; once saved it never changes.</summary>
/// <remarks>Immutable. Its time has the precision of milliseconds, and is Unix milliseconds in JSON.</remarks>
public sealed record Message
{
    /// <summary>The id, unique among all messages: 1 to 400 characters, of which none is a control character.</summary>
    [Description("The id of the message.")]
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>The task in which it was said.</summary>
    [Description("The task in which it was said.")]
    [JsonPropertyName("taskId")]
    public required string TaskId { get; init; }

    /// <summary>Who said it.</summary>
    [Description("Who said it.")]
    [JsonPropertyName("role")]
    public required MessageRole Role { get; init; }

    /// <summary>What was said, whole.</summary>
    [Description("What was said, whole.")]
    [JsonPropertyName("content")]
    public required string Content { get; init; }

    /// <summary>When it was received, or when its last piece was.</summary>
    [JsonConverter(typeof(UnixMillisecondsConverter))]
    [Description("When it was received, or when its last piece was.")]
    [JsonPropertyName("timestamp")]
    public required DateTimeOffset Timestamp
    {
        get;
        init => field = UnixMillisecondsConverter.Truncate(value);
    }

    /// <summary>Whether it broke off before its end; see <see cref="Interruption.SaveMarked"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [Description("Whether it broke off before its end.")]
    [JsonPropertyName("interrupted")]
    public bool Interrupted { get; init; }
}
