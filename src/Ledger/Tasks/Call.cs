using System.ComponentModel;
using System.Text.Json.Serialization;
using Ledger.Json;

namespace Ledger.Tasks;

/// <summary>A call of an ability that an agent made for a task.</summary>
/// <remarks>
/// Immutable; a change is saved as a new value of the same id, which stays with its task. Times have the precision of milliseconds, and are
/// Unix milliseconds in JSON.
/// </remarks>
public sealed record Call
{
    /// <summary>The id, unique among all calls: 1 to 400 characters, of which none is a control character.</summary>
    [Description("The id of the call.")]
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>The task that it is made for.</summary>
    [Description("The task that it is made for.")]
    [JsonPropertyName("taskId")]
    public required string TaskId { get; init; }

    /// <summary>What is called, such as <c>mem:retrieve</c>.</summary>
    [Description("What is called, such as 'mem:retrieve'.")]
    [JsonPropertyName("abilityName")]
    public required string AbilityName { get; init; }

    /// <summary>What it is asked: JSON text.</summary>
    [Description("What it is asked, as JSON text.")]
    [JsonPropertyName("parameters")]
    public required string Parameters { get; init; }

    /// <summary>How far it has come.</summary>
    [Description("How far it has come.")]
    [JsonPropertyName("status")]
    public required CallStatus Status { get; init; }

    /// <summary>What it gave, or what is needed to resume it: JSON text.</summary>
    [Description("What it gave, or what is needed to resume it, as JSON text.")]
    [JsonPropertyName("details")]
    public required string Details { get; init; }

    /// <summary>When it was created.</summary>
    [JsonConverter(typeof(UnixMillisecondsConverter))]
    [Description("When it was created.")]
    [JsonPropertyName("createdAt")]
    public required DateTimeOffset CreatedAt
    {
        get;
        init => field = UnixMillisecondsConverter.Truncate(value);
    }

    /// <summary>When it was last changed.</summary>
    [JsonConverter(typeof(UnixMillisecondsConverter))]
    [Description("When it was last changed.")]
    [JsonPropertyName("updatedAt")]
    public required DateTimeOffset UpdatedAt
    {
        get;
        init => field = UnixMillisecondsConverter.Truncate(value);
    }

    /// <summary>The message that it starts from.</summary>
    [Description("The id of the message that it starts from.")]
    [JsonPropertyName("startMessageId")]
    public required string StartMessageId { get; init; }

    /// <summary>The message that tells its end, or null.</summary>
    [Description("The id of the message that tells its end.")]
    [JsonPropertyName("endMessageId")]
    public string? EndMessageId { get; init; }
}
