namespace Ledger.Explorer.Api;

/// <summary>The routes about tasks.</summary>
internal static class TaskRoutes
{
    private static readonly ApiParameter Limit = new("limit", "integer", "How many at most, to 1,000; 100 unless given.");
    private static readonly ApiParameter After = new("after", "string", "The next of the page before.");
    private static readonly ApiParameter Status = new("status", "string", "pending, in_progress, completed or failed.");

    public static IReadOnlyList<ApiRoute> All { get; } =
    [
        new("GET", "/tasks", "Lists tasks, the newest first.", TasksResource.ListAsync)
        {
            Query =
            [
                new("state", "string", "any, active, or how they ended, such as success."),
                new("parent", "string", "The task that they are parts of."),
                new("run", "string", "The run or branch that they work in, such as run:first."),
                new("since", "string", "Tasks made at this time or later."),
                new("until", "string", "Tasks made at this time or before."),
                After,
                Limit,
            ],
        },
        new("GET", "/tasks/{task}", "Reads a task.", TasksResource.ShowAsync),
        new("GET", "/tasks/{task}/tree", "Lists a task and everything below it, each with its depth.", TasksResource.ShowTreeAsync),
        new("GET", "/tasks/{task}/messages", "Lists what was said in a task, by time.", TasksResource.ListMessagesAsync) { Query = [After, Limit] },
        new("GET", "/tasks/{task}/calls", "Lists the calls of a task, the oldest first.", TasksResource.ListCallsOfTaskAsync) { Query = [Status] },
        new("GET", "/calls", "Lists the calls of all tasks that have a status; those in progress unless given.", TasksResource.ListCallsAsync)
        {
            Query = [Status],
        },
        new("GET", "/calls/{call}", "Reads a call.", TasksResource.ShowCallAsync),
        new("GET", "/calls/{call}/events", "Reads the events that the run of its task recorded for a call, a line each.", TasksResource.ListCallEventsAsync)
        {
            Produces = [AcceptedTypes.Lines],
        },
        new("GET", "/messages/{message}", "Reads a message.", TasksResource.ShowMessageAsync),
        new("GET", "/recovery", "Lists the tasks in progress and the calls that have not ended.", TasksResource.RecoverAsync),
    ];
}
