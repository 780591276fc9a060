using System.Text.Json.Serialization;

namespace Ledger.Tasks;

/// <summary>A task was created or changed; the stream is the task's. Times are Unix milliseconds.</summary>
/// <param name="SystemPrompt">The agent's initial instructions.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
/// <param name="ParentTaskId">The task that it is a part of, or null.</param>
/// <param name="CompletionStatus">How it ended, or null while it is in progress.</param>
/// <param name="Run">The stream of the run or branch that it works in, or null.</param>
/// <param name="ExpectedUpdatedAt">The required <c>updated_at</c> before the change, or null: not checked.</param>
/// <param name="Moves">Which changes of the status were allowed; null means any.</param>
[EventType("task.saved")]
public sealed record TaskSaved(
    [property: JsonPropertyName("system_prompt")] string SystemPrompt,
    [property: JsonPropertyName("created_at")] long CreatedAt,
    [property: JsonPropertyName("updated_at")] long UpdatedAt,
    [property: JsonPropertyName("parent_task_id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ParentTaskId = null,
    [property: JsonPropertyName("completion_status"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CompletionStatus = null,
    [property: JsonPropertyName("run"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Run = null,
    [property: JsonPropertyName("expected_updated_at"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ExpectedUpdatedAt = null,
    [property: JsonPropertyName("moves"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] StatusMoves? Moves = null);

/// <summary>A call was created or changed; the stream is that of its task. Times are Unix milliseconds.</summary>
/// <param name="Id">The call's id.</param>
/// <param name="AbilityName">What is called.</param>
/// <param name="Parameters">The parameters: JSON text.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="Details">The result: JSON text.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
/// <param name="StartMessageId">The message that it starts from.</param>
/// <param name="EndMessageId">The message that tells its end, or null.</param>
/// <param name="ExpectedUpdatedAt">The required <c>updated_at</c> before the change, or null: not checked.</param>
/// <param name="Moves">Which changes of the status were allowed; null means any.</param>
[EventType("call.saved")]
public sealed record CallSaved(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("ability_name")] string AbilityName,
    [property: JsonPropertyName("parameters")] string Parameters,
    [property: JsonPropertyName("status")] CallStatus Status,
    [property: JsonPropertyName("details")] string Details,
    [property: JsonPropertyName("created_at")] long CreatedAt,
    [property: JsonPropertyName("updated_at")] long UpdatedAt,
    [property: JsonPropertyName("start_message_id")] string StartMessageId,
    [property: JsonPropertyName("end_message_id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EndMessageId = null,
    [property: JsonPropertyName("expected_updated_at"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ExpectedUpdatedAt = null,
    [property: JsonPropertyName("moves"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] StatusMoves? Moves = null);

/// <summary>A message was said; the stream is that of its task.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="Role">Who said it.</param>
/// <param name="Content">What was said.</param>
/// <param name="Timestamp">When, in Unix milliseconds.</param>
/// <param name="Interrupted">True when it broke off before its end, else null.</param>
[EventType("message.saved")]
public sealed record MessageSaved(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("role")] MessageRole Role,
    [property: JsonPropertyName("content")] string Content,
    [property: JsonPropertyName("timestamp")] long Timestamp,
    [property: JsonPropertyName("interrupted"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Interrupted = null);

/// <summary>A runner took a task, for a duration that starts at the event's time.</summary>
/// <param name="LeaseId">What the runner renews and releases it by.</param>
/// <param name="Runner">Who took it.</param>
/// <param name="DurationMs">For how long, in milliseconds.</param>
[EventType("task.leased")]
public sealed record TaskLeased(
    [property: JsonPropertyName("lease_id")] Guid LeaseId,
    [property: JsonPropertyName("runner")] string Runner,
    [property: JsonPropertyName("duration_ms")] long DurationMs);

/// <summary>A runner extended its lease on a task, for a duration that starts at the event's time.</summary>
/// <param name="LeaseId">The renewed lease.</param>
/// <param name="DurationMs">For how long, in milliseconds.</param>
[EventType("task.lease_renewed")]
public sealed record TaskLeaseRenewed(
    [property: JsonPropertyName("lease_id")] Guid LeaseId,
    [property: JsonPropertyName("duration_ms")] long DurationMs);

/// <summary>A runner gave a task back; of a lease that is another's by now it changes nothing.</summary>
/// <param name="LeaseId">The lease that ends.</param>
[EventType("task.lease_released")]
public sealed record TaskLeaseReleased([property: JsonPropertyName("lease_id")] Guid LeaseId);
