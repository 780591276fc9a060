using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Explorer.Rendering;
using Ledger.Explorer.Tasks;
using Ledger.Runs;
using Ledger.Tasks;

namespace Ledger.Explorer.Api;

/// <summary>Tasks, their calls and messages, and the work that a crash interrupted.</summary>
internal static class TasksResource
{
    public static async Task ListAsync(ExplorerRequest request)
    {
        var page = await TasksOf(request).QueryTasksAsync(TaskPageReader.QueryOf(request.Query), request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, TaskPageContract.Of(page), ContractContext.Default.TaskPageContract).ConfigureAwait(false);
    }

    public static async Task ShowAsync(ExplorerRequest request)
    {
        var task = await FindAsync(request).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, TaskContract.Of(task), ContractContext.Default.TaskContract).ConfigureAwait(false);
    }

    /// <summary>A task and everything below it: <c>{depth, task}</c> each. Flat, because parsers limit nesting and a tree may be deep.</summary>
    public static async Task ShowTreeAsync(ExplorerRequest request)
    {
        var id = PathText.Of(request.Http, "task");
        var tree = await TasksOf(request).GetTaskTreeAsync(id, request.Aborted).ConfigureAwait(false) ?? throw Missing("task", id);
        var answer = TaskModel.Flatten(tree).Select(found => new TaskOfTreeContract(found.Depth, TaskContract.Of(found.Task)));
        await JsonAnswer.SendAsync(request.Http, [.. answer], ContractContext.Default.IReadOnlyListTaskOfTreeContract).ConfigureAwait(false);
    }

    public static async Task ListMessagesAsync(ExplorerRequest request)
    {
        var task = await FindAsync(request).ConfigureAwait(false);
        var query = TaskPageReader.MessagesOf(task.Id, request.Query, "after");
        var page = await TasksOf(request).ListMessagesAsync(query, request.Aborted).ConfigureAwait(false);
        await JsonAnswer.SendAsync(request.Http, MessagePageContract.Of(page), ContractContext.Default.MessagePageContract).ConfigureAwait(false);
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
        await JsonAnswer.SendAsync(request.Http, CallContract.Of(call), ContractContext.Default.CallContract).ConfigureAwait(false);
    }

    public static async Task ListCallEventsAsync(ExplorerRequest request)
    {
        var id = PathText.Of(request.Http, "call");
        _ = await TasksOf(request).FindCallAsync(id, request.Aborted).ConfigureAwait(false) ?? throw Missing("call", id);
        var tasks = new TaskLedger(request.Explorer.Ledger.Store);
        await JsonAnswer.SendLinesAsync(request.Http, tasks.ReadCallEventsAsync(id, request.Aborted).Select(EventContract.Of), ContractContext.Default.EventContract).ConfigureAwait(false);
    }

    public static async Task ShowMessageAsync(ExplorerRequest request)
    {
        var id = PathText.Of(request.Http, "message");
        var message = await TasksOf(request).FindMessageAsync(id, request.Aborted).ConfigureAwait(false) ?? throw Missing("message", id);
        await JsonAnswer.SendAsync(request.Http, MessageContract.Of(message), ContractContext.Default.MessageContract).ConfigureAwait(false);
    }

    public static async Task RecoverAsync(ExplorerRequest request)
    {
        var recovery = await TasksOf(request).RecoverAsync(request.Aborted).ConfigureAwait(false);
        var calls = await request.Explorer.Ledger.ListOpenCallsAsync(request.Aborted).ConfigureAwait(false);
        var (page, next) = Paging.Of(request.Query, Unfinished.Of(recovery, calls), found => found.Since.ToUnixTimeMilliseconds(), found => found.Id);
        var answer = RecoveryContract.Of(
            new Recovery([.. page.Select(found => found.Task).OfType<RecoverableTask>()], [.. page.Select(found => found.Call).OfType<RecoverableCall>()]),
            [.. page.Select(found => found.RunCall).OfType<RunCall>()],
            next);
        await JsonAnswer.SendAsync(request.Http, answer, ContractContext.Default.RecoveryContract).ConfigureAwait(false);
    }

    private static async Task SendCallsAsync(ExplorerRequest request, CallQuery query)
    {
        var calls = await TasksOf(request).ListCallsAsync(query, request.Aborted).ConfigureAwait(false);
        var (page, next) = Paging.Of(request.Query, calls, call => call.CreatedAt.ToUnixTimeMilliseconds(), call => call.Id);
        await JsonAnswer.SendAsync(request.Http, CallsContract.Of(page, next), ContractContext.Default.CallsContract).ConfigureAwait(false);
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
}
