using System.Text.Json;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Tasks;
using Ledger.Tasks;

namespace Ledger.Explorer.Api;

/// <summary>Tasks, their calls and messages, and the work that a crash interrupted.</summary>
internal static class TasksResource
{
    public static async Task ListAsync(ExplorerRequest request)
    {
        var page = await TasksOf(request).QueryTasksAsync(TaskPageReader.QueryOf(request.Query), request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            WriteArray(writer, "tasks", page.Tasks, TaskJsonForm.Write);
            WriteEnd(writer, page.Total, page.Next);
        }).ConfigureAwait(false);
    }

    public static async Task ShowAsync(ExplorerRequest request)
    {
        var task = await FindAsync(request).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer => TaskJsonForm.Write(writer, task)).ConfigureAwait(false);
    }

    /// <summary>A task and everything below it: <c>{depth, task}</c> each. Flat, because parsers limit nesting and a tree may be deep.</summary>
    public static async Task ShowTreeAsync(ExplorerRequest request)
    {
        var id = PathText.Of(request.Http, "task");
        var tree = await TasksOf(request).GetTaskTreeAsync(id, request.Aborted).ConfigureAwait(false) ?? throw Missing("task", id);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartArray();
            foreach (var (task, depth) in TaskModel.Flatten(tree))
            {
                writer.WriteStartObject();
                writer.WriteNumber("depth", depth);
                writer.WritePropertyName("task");
                TaskJsonForm.Write(writer, task);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }).ConfigureAwait(false);
    }

    public static async Task ListMessagesAsync(ExplorerRequest request)
    {
        var task = await FindAsync(request).ConfigureAwait(false);
        var query = TaskPageReader.MessagesOf(task.Id, request.Query, "after");
        var page = await TasksOf(request).ListMessagesAsync(query, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            WriteArray(writer, "messages", page.Messages, TaskJsonForm.Write);
            WriteEnd(writer, page.Total, page.Next);
        }).ConfigureAwait(false);
    }

    public static async Task ListCallsOfTaskAsync(ExplorerRequest request)
    {
        var task = await FindAsync(request).ConfigureAwait(false);
        await SendCallsAsync(request, new CallQuery { TaskId = task.Id, Status = StatusOf(request.Query) }).ConfigureAwait(false);
    }

    public static Task ListCallsAsync(ExplorerRequest request) =>
        SendCallsAsync(request, new CallQuery { Status = StatusOf(request.Query) ?? CallStatus.InProgress });

    public static async Task ShowCallAsync(ExplorerRequest request)
    {
        var id = PathText.Of(request.Http, "call");
        var call = await TasksOf(request).FindCallAsync(id, request.Aborted).ConfigureAwait(false) ?? throw Missing("call", id);
        await JsonAnswer.SendAsync(request.Http, writer => TaskJsonForm.Write(writer, call)).ConfigureAwait(false);
    }

    public static async Task ListCallEventsAsync(ExplorerRequest request)
    {
        var id = PathText.Of(request.Http, "call");
        _ = await TasksOf(request).FindCallAsync(id, request.Aborted).ConfigureAwait(false) ?? throw Missing("call", id);
        var tasks = new TaskLedger(request.Explorer.Ledger.Store);
        await JsonAnswer.SendLinesAsync(request.Http, tasks.ReadCallEventsAsync(id, request.Aborted), EventJsonForm.Write).ConfigureAwait(false);
    }

    public static async Task ShowMessageAsync(ExplorerRequest request)
    {
        var id = PathText.Of(request.Http, "message");
        var message = await TasksOf(request).FindMessageAsync(id, request.Aborted).ConfigureAwait(false) ?? throw Missing("message", id);
        await JsonAnswer.SendAsync(request.Http, writer => TaskJsonForm.Write(writer, message)).ConfigureAwait(false);
    }

    public static async Task RecoverAsync(ExplorerRequest request)
    {
        var recovery = await TasksOf(request).RecoverAsync(request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            WriteArray(writer, "tasks", recovery.Tasks, TaskJsonForm.Write);
            WriteArray(writer, "calls", recovery.Calls, TaskJsonForm.Write);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task SendCallsAsync(ExplorerRequest request, CallQuery query)
    {
        var calls = await TasksOf(request).ListCallsAsync(query, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, writer =>
        {
            writer.WriteStartObject();
            WriteArray(writer, "calls", calls, TaskJsonForm.Write);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task<AgentTask> FindAsync(ExplorerRequest request)
    {
        var id = PathText.Of(request.Http, "task");
        return await TasksOf(request).FindTaskAsync(id, request.Aborted).ConfigureAwait(false) ?? throw Missing("task", id);
    }

    private static ITaskReader TasksOf(ExplorerRequest request) =>
        request.Explorer.Ledger.Store.Get<ITaskReader>() ?? throw new NotFoundException("The store of this log does not support tasks.");

    private static CallStatus? StatusOf(Query query) => query.Choice("status", "", "", "pending", "in_progress", "completed", "failed") switch
    {
        "pending" => CallStatus.Pending,
        "in_progress" => CallStatus.InProgress,
        "completed" => CallStatus.Completed,
        "failed" => CallStatus.Failed,
        _ => null,
    };

    private static NotFoundException Missing(string what, string id) => new($"There is no {what} '{DisplayText.Cut(id, 80)}'.");

    private static void WriteEnd(Utf8JsonWriter writer, long? total, PageCursor? next)
    {
        if (total is { } count)
        {
            writer.WriteNumber("total", count);
        }

        writer.WriteString("next", next?.ToString());
        writer.WriteEndObject();
    }

    private static void WriteArray<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            write(writer, item);
        }

        writer.WriteEndArray();
    }
}
