using System.ComponentModel;
using System.Text.Json.Serialization;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Tasks;

/// <summary>Something that an agent has been asked to do.</summary>
/// <remarks>
/// Immutable; a change is saved as a new value of the same id. Times have the precision of milliseconds, and are Unix milliseconds in JSON.
/// </remarks>
public sealed record AgentTask
{
    /// <summary>The id: 1 to 400 characters, of which none is a control character.</summary>
    [Description("The id of the task.")]
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>The task that this one is a part of, or null.</summary>
    [Description("The task that this one is a part of.")]
    [JsonPropertyName("parentTaskId")]
    public string? ParentTaskId { get; init; }

    /// <summary>How it ended, or null while it is in progress: <c>success</c>, <c>cancelled</c>, <c>failed</c>, <c>error</c> or any other words.</summary>
    /// <remarks>At most 1,000 bytes of UTF-8, because it is indexed; longer text belongs in a message.</remarks>
    [Description("How it ended: success, cancelled, failed, error, or any other words; null while it is in progress.")]
    [JsonPropertyName("completionStatus")]
    public string? CompletionStatus { get; init; }

    /// <summary>What the agent is told at the outset.</summary>
    [Description("What the agent is told at the outset.")]
    [JsonPropertyName("systemPrompt")]
    public required string SystemPrompt { get; init; }

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

    /// <summary>The run or branch that the task works in, or null; it need not have events yet.</summary>
    [JsonConverter(typeof(StreamNameConverter))]
    [Description("The run or branch that the task works in, by its stream name: 'run:first'.")]
    [JsonPropertyName("run")]
    public StreamName? Run { get; init; }

    /// <summary>Whether it has not ended.</summary>
    [JsonIgnore]
    public bool IsActive => CompletionStatus is null;
}
