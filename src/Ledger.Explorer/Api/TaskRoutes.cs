using Ledger.Explorer.Contracts;

namespace Ledger.Explorer.Api;

/// <summary>The routes about tasks.</summary>
internal static class TaskRoutes
{
    private static readonly ContractContext Contracts = ContractContext.Default;

    private static readonly ApiParameter Limit = new("limit", "integer", "The most items to return, up to 1,000. Default: 100.");
    private static readonly ApiParameter After = new("after", "string", "The 'next' value of the previous page.");
    private static readonly ApiParameter Status = new("status", "string", "pending, in_progress, completed or failed.");

    public static IReadOnlyList<ApiRoute> All { get; } =
    [
        new("GET", "/tasks", "Lists tasks, the newest first.", TasksResource.ListAsync)
        {
            Json = Contracts.TaskPageContract,
            Query =
            [
                new("state", "string", "any, active, or the status with which they ended, such as success."),
                new("parent", "string", "Only parts of this task."),
                new("run", "string", "Only tasks that work in this run or branch, such as run:first."),
                new("since", "string", "Only tasks created at this time or later."),
                new("until", "string", "Only tasks created at this time or earlier."),
                After,
                Limit,
            ],
        },
        new("GET", "/tasks/{task}", "Reads a task.", TasksResource.ShowAsync) { Json = Contracts.TaskContract },
        new("GET", "/tasks/{task}/tree", "Lists a task and everything below it, each with its depth.", TasksResource.ShowTreeAsync) { Json = Contracts.IReadOnlyListTaskOfTreeContract },
        new("GET", "/tasks/{task}/messages", "Lists the messages of a task by time.", TasksResource.ListMessagesAsync) { Json = Contracts.MessagePageContract, Query = [After, Limit] },
        new("GET", "/tasks/{task}/calls", "Lists the calls of a task, the oldest first.", TasksResource.ListCallsOfTaskAsync) { Json = Contracts.CallsContract, Query = [Status, After, Limit] },
        new("GET", "/calls", "Lists the calls of all tasks that have a status. Default: those in progress.", TasksResource.ListCallsAsync)
        {
            Json = Contracts.CallsContract,
            Query = [Status, After, Limit],
        },
        new("GET", "/calls/{call}", "Reads a call.", TasksResource.ShowCallAsync) { Json = Contracts.CallContract },
        new("GET", "/calls/{call}/events", "Reads the events recorded for a call in the run of its task, one per line.", TasksResource.ListCallEventsAsync)
        {
            Line = Contracts.EventContract,
            Produces = [AcceptedTypes.Lines],
        },
        new("GET", "/messages/{message}", "Reads a message.", TasksResource.ShowMessageAsync) { Json = Contracts.MessageContract },
        new("GET", "/recovery", "Lists the tasks in progress, and the calls of tasks and runs that have not ended; a page has the oldest of all three.", TasksResource.RecoverAsync)
        {
            Json = Contracts.RecoveryContract,
            Query = [After, Limit],
        },
    ];
}
