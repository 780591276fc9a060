using Ledger.Tasks;
using Npgsql;

namespace Ledger.Postgres.Tasks;

/// <summary>The rows of tasks, calls and messages, in the order of the columns that every query has.</summary>
internal static class TaskRows
{
    /// <summary>How many columns a call has; those of its message follow.</summary>
    public const int CallColumns = 10;

    /// <summary>How many columns a task has; those of its lease follow.</summary>
    public const int TaskColumns = 7;

    public static AgentTask ReadTask(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetString(0),
        ParentTaskId = TextOrNull(reader, 1),
        CompletionStatus = TextOrNull(reader, 2),
        SystemPrompt = reader.GetString(3),
        CreatedAt = TaskEventForm.Time(reader.GetInt64(4)),
        UpdatedAt = TaskEventForm.Time(reader.GetInt64(5)),
        Run = TextOrNull(reader, 6) is { } run ? new StreamName(run) : null,
    };

    public static Call ReadCall(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetString(0),
        TaskId = reader.GetString(1),
        AbilityName = reader.GetString(2),
        Parameters = reader.GetString(3),
        Status = StatusText.ReadStatus(reader.GetString(4)),
        Details = reader.GetString(5),
        CreatedAt = TaskEventForm.Time(reader.GetInt64(6)),
        UpdatedAt = TaskEventForm.Time(reader.GetInt64(7)),
        StartMessageId = reader.GetString(8),
        EndMessageId = TextOrNull(reader, 9),
    };

    public static Message ReadMessage(NpgsqlDataReader reader) => ReadMessage(reader, 0);

    public static RecoverableCall ReadRecoverableCall(NpgsqlDataReader reader) => new(ReadCall(reader), ReadMessage(reader, CallColumns));

    public static RecoverableTask ReadRecoverableTask(NpgsqlDataReader reader) =>
        new(ReadTask(reader), reader.IsDBNull(TaskColumns) ? null : ReadLease(reader, TaskColumns));

    public static TaskLease ReadLease(NpgsqlDataReader reader) => ReadLease(reader, 0);

    private static Message ReadMessage(NpgsqlDataReader reader, int first) => new()
    {
        Id = reader.GetString(first),
        TaskId = reader.GetString(first + 1),
        Role = StatusText.ReadRole(reader.GetString(first + 2)),
        Content = reader.GetString(first + 3),
        Timestamp = TaskEventForm.Time(reader.GetInt64(first + 4)),
        Interrupted = reader.GetBoolean(first + 5),
    };

    private static TaskLease ReadLease(NpgsqlDataReader reader, int first) => new(
        reader.GetString(first),
        reader.GetGuid(first + 1),
        reader.GetString(first + 2),
        reader.GetFieldValue<DateTimeOffset>(first + 3));

    private static string? TextOrNull(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
