using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Tasks;

namespace Ledger.Explorer.Tasks;

/// <summary>Reads tasks.</summary>
internal static class TaskPageReader
{
    private const int MostShown = 200;

    public static async Task<Page> ListAsync(ExplorerRequest request)
    {
        var state = request.Query.Choice("state", "any", "any", "active");
        var query = new TaskQuery { Limit = MostShown, Completion = state == "active" ? CompletionFilter.Active : CompletionFilter.Any };
        var page = request.Explorer.Ledger.Store is ITaskReader tasks
            ? await tasks.QueryTasksAsync(query, request.Aborted).ConfigureAwait(false)
            : null;
        return Page.Of<TaskListPage>(new TaskListModel(page, state));
    }

    public static async Task<Page> ReadAsync(ExplorerRequest request)
    {
        var id = request.Query.Text("id") ?? throw new BadRequestException("The query lacks 'id': which task is wanted?");
        var tasks = request.Explorer.Ledger.Store as ITaskReader;
        var tree = tasks is null ? null : await tasks.GetTaskTreeAsync(id, request.Aborted).ConfigureAwait(false);
        if (tasks is null || tree is null)
        {
            throw new NotFoundException($"There is no task '{DisplayText.Cut(id, 80)}'.");
        }

        var messages = new MessageQuery(id) { Limit = MostShown };
        var calls = new CallQuery { TaskId = id };
        return Page.Of<TaskDetailPage>(new TaskModel(
            tree.Task,
            tree,
            await tasks.ListMessagesAsync(messages, request.Aborted).ConfigureAwait(false),
            await tasks.ListCallsAsync(calls, request.Aborted).ConfigureAwait(false)));
    }
}
