using System.Text;
using System.Text.Json;
using Ledger.Events;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Tasks;

/// <summary>Rules for the content of task events, for every writer; engines check them before they read their log.</summary>
internal static class TaskRules
{
    /// <summary>The longest id, in UTF-16 characters: an entry of an index has two of them, or one and a completion status.</summary>
    public const int LongestId = 400;

    private const int LongestStatusBytes = 1_000;
    private const string Prefix = "task:";

    /// <summary>Whether a stream is that of a task.</summary>
    public static bool IsTask(StreamName stream) => stream.Value.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The stream of a task.</summary>
    /// <exception cref="ArgumentException">The id cannot be one.</exception>
    public static StreamName StreamOf(string taskId)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        return FaultOfId(taskId) is { } fault
            ? throw new ArgumentException($"'{TextRules.Printable(taskId)}' cannot be the id of a task: it {fault}.")
            : StreamName.Task(taskId);
    }

    /// <summary>What is wrong with an event of a task in a stream; in streams that are not a task's it may hold anything.</summary>
    public static string? FaultOf(StreamName stream, object data) =>
        IsTask(stream) ? FaultOfTask(stream.Id) ?? FaultOf(stream.Id, data) : null;

    private static string? FaultOf(string taskId, object data) => data switch
    {
        UntypedEvent => "its JSON does not have the members of its type.",
        TaskSaved task => FaultOf(taskId, task),
        CallSaved call => FaultOf(call),
        MessageSaved message => FaultOf("id", message.Id)
            ?? (Enum.IsDefined(message.Role) ? null : $"there is no role {message.Role}.")
            ?? FaultOfTimes(message.Timestamp),
        TaskLeased lease => FaultOf("runner", lease.Runner) ?? FaultOfDuration(lease.DurationMs),
        TaskLeaseRenewed lease => FaultOfDuration(lease.DurationMs),
        _ => null,
    };

    private static string? FaultOf(string taskId, TaskSaved task)
    {
        if (task.ParentTaskId == taskId)
        {
            return "a task cannot be its own parent.";
        }

        if (task.CompletionStatus is { } status && Encoding.UTF8.GetByteCount(status) > LongestStatusBytes)
        {
            return $"its completion status is longer than {LongestStatusBytes:N0} bytes. Put the explanation into a message.";
        }

        return (task.ParentTaskId is { } parent ? FaultOf("parent task", parent) : null)
            ?? (task.Run is { } run ? FaultOfRun(run) : null)
            ?? FaultOfTimes(task.CreatedAt, task.UpdatedAt)
            ?? FaultOfMoves(task.Moves);
    }

    private static string? FaultOf(CallSaved call) =>
        FaultOf("id", call.Id)
        ?? FaultOf("start message", call.StartMessageId)
        ?? (call.EndMessageId is { } end ? FaultOf("end message", end) : null)
        ?? (Enum.IsDefined(call.Status) ? null : $"there is no status {call.Status}.")
        ?? FaultOfJson("parameters", call.Parameters)
        ?? FaultOfJson("details", call.Details)
        ?? FaultOfTimes(call.CreatedAt, call.UpdatedAt)
        ?? FaultOfMoves(call.Moves);

    private static string? FaultOfTask(string taskId) => FaultOf("task id", taskId);

    private static string? FaultOf(string member, string id) => FaultOfId(id) is { } fault ? $"its {member} '{TextRules.Printable(id)}' {fault}." : null;

    private static string? FaultOfId(string id) =>
        id.Length == 0 ? "is empty"
        : id.Length > LongestId ? $"has {id.Length} characters, and {LongestId} are allowed"
        : TextRules.FaultOf(id);

    private static string? FaultOfDuration(long milliseconds) => milliseconds is > 0 and <= 86_400_000
        ? null
        : $"a lease lasts from a millisecond to a day, and not {milliseconds} ms.";

    private static string? FaultOfTimes(params ReadOnlySpan<long> times)
    {
        foreach (var time in times)
        {
            if (time is < UnixMillisecondsConverter.Least or > UnixMillisecondsConverter.Most)
            {
                return $"{time} is no time in Unix milliseconds.";
            }
        }

        return null;
    }

    private static string? FaultOfRun(string run) =>
        run.Length is 0 or > StreamName.MaxLength || TextRules.FaultOf(run) is not null ? $"its run '{TextRules.Printable(run)}' cannot be a stream." : null;

    private static string? FaultOfMoves(StatusMoves? moves) => moves is { } some && !Enum.IsDefined(some) ? $"there are no moves {some}." : null;

    private static string? FaultOfJson(string member, string text)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), EventJson.ReaderOptions);
            reader.Read();
            reader.Skip();
            return reader.Read() ? $"its {member} are more than one JSON document." : null;
        }
        catch (JsonException fault)
        {
            return $"its {member} must be JSON text: {fault.Message.Split(" LineNumber:", 2)[0]}";
        }
    }
}
