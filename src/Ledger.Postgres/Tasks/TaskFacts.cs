using System.Text.Json;

namespace Ledger.Postgres.Tasks;

/// <summary>Which rule of the tasks a request breaks, and what the rows have of the things that its events name: see <c>append_tasks_v1</c>.</summary>
internal sealed class TaskFacts
{
    private readonly Dictionary<string, JsonElement> _tasks;
    private readonly Dictionary<string, JsonElement> _calls;
    private readonly HashSet<string> _messages;

    private TaskFacts(JsonElement json)
    {
        _tasks = ById(json.GetProperty("tasks"));
        _calls = ById(json.GetProperty("calls"));
        _messages = [.. json.GetProperty("messages").EnumerateArray().Select(id => id.GetString()!)];
        State = json.TryGetProperty("state", out var state) ? state.GetString()! : "";
        Constraint = json.TryGetProperty("constraint", out var constraint) ? constraint.GetString() : null;
    }

    /// <summary>The SQLSTATE.</summary>
    public string State { get; init; }

    /// <summary>The constraint, for a SQLSTATE of PostgreSQL's own.</summary>
    public string? Constraint { get; init; }

    public static TaskFacts Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new TaskFacts(document.RootElement.Clone());
    }

    /// <summary>The same of a failure.</summary>
    public TaskFacts Of(string state, string? constraint) => new(this, state, constraint);

    private TaskFacts(TaskFacts other, string state, string? constraint) =>
        (_tasks, _calls, _messages, State, Constraint) = (other._tasks, other._calls, other._messages, state, constraint);

    public bool HasTask(string id) => _tasks.ContainsKey(id);

    public bool HasMessage(string id) => _messages.Contains(id);

    /// <summary>When a task was last updated, or null where there is none.</summary>
    public long? UpdateOfTask(string id) => _tasks.TryGetValue(id, out var task) ? task.GetProperty("updated_at").GetInt64() : null;

    /// <summary>When a call was last updated, or null where there is none.</summary>
    public long? UpdateOfCall(string id) => _calls.TryGetValue(id, out var call) ? call.GetProperty("updated_at").GetInt64() : null;

    /// <summary>The status that a task ended with, or null.</summary>
    public string? EndOfTask(string id) => _tasks.TryGetValue(id, out var task) ? task.GetProperty("status").GetString() : null;

    /// <summary>A call's status, or null where there is none.</summary>
    public string? StatusOfCall(string id) => _calls.TryGetValue(id, out var call) ? call.GetProperty("status").GetString() : null;

    /// <summary>The task that has a call, or null where there is none.</summary>
    public string? TaskOfCall(string id) => _calls.TryGetValue(id, out var call) ? call.GetProperty("task_id").GetString() : null;

    private static Dictionary<string, JsonElement> ById(JsonElement rows) =>
        rows.EnumerateArray().ToDictionary(row => row.GetProperty("id").GetString()!, StringComparer.Ordinal);
}
