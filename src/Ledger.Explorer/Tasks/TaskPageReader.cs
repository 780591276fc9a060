using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Tasks;

namespace Ledger.Explorer.Tasks;

/// <summary>Reads tasks.</summary>
internal static class TaskPageReader
{
    public static async Task<Page> ListAsync(ExplorerRequest request)
    {
        var query = QueryOf(request.Query);
        var page = request.Explorer.Ledger.Store.Get<ITaskReader>() is { } tasks
            ? await tasks.QueryTasksAsync(query, request.Aborted).ConfigureAwait(false)
            : null;
        return Page.Of<TaskListPage>(new TaskListModel(query, page));
    }

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var id = request.Query.Text("id") ?? throw new BadRequestException("The query lacks 'id', the id of a task.");
        var tasks = request.Explorer.Ledger.Store.Get<ITaskReader>();
        var tree = tasks is null ? null : await tasks.GetTaskTreeAsync(id, request.Aborted).ConfigureAwait(false);
        if (tasks is null || tree is null)
        {
            throw new NotFoundException($"There is no task '{DisplayText.Cut(id, 80)}'.");
        }

        var messages = MessagesOf(id, request.Query, "messages");
        return Page.Of<TaskDetailPage>(new TaskModel(
            tree.Task,
            tree,
            await tasks.ListMessagesAsync(messages, request.Aborted).ConfigureAwait(false),
            IsFirst: messages.Start.Cursor is null,
            await tasks.ListCallsAsync(new CallQuery { TaskId = id }, request.Aborted).ConfigureAwait(false),
            request.Query.Number("calls", 0, 0, 10_000_000),
            await tasks.FindLeaseAsync(id, request.Aborted).ConfigureAwait(false))
        {
            IsRaw = request.Query.Choice("text", "formatted", "formatted", "raw") == "raw",
            Place = request.Query.Text("messages"),
        });
    }

    /// <summary>Parses a query; pages and the API use the same parameters.</summary>
    public static TaskQuery QueryOf(Query query) => new()
    {
        Completion = query.Text("state") switch
        {
            null or "any" => CompletionFilter.Any,
            "active" => CompletionFilter.Active,
            var words => CompletionFilter.Ended(words),
        },
        ParentTaskId = query.Text("parent"),
        Run = query.FindStream("run"),
        From = query.Time("since"),
        To = query.Time("until"),
        Limit = query.Number("limit", TaskModel.PerPage, 1, TaskQuery.MaxLimit),
        Start = StartOf(query, "after"),
    };

    /// <summary>The page of a task's messages that a query names.</summary>
    public static MessageQuery MessagesOf(string task, Query query, string after) => new(task)
    {
        Limit = query.Number("limit", TaskModel.PerPage, 1, TaskQuery.MaxLimit),
        Start = StartOf(query, after),
    };

    private static PageStart StartOf(Query query, string name)
    {
        try
        {
            return query.Text(name) is { } text ? PageStart.After(PageCursor.Parse(text)) : default;
        }
        catch (FormatException fault)
        {
            throw new BadRequestException(fault.Message);
        }
    }
}
