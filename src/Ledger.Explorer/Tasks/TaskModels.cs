using Ledger.Tasks;

namespace Ledger.Explorer.Tasks;

/// <summary>A page of tasks.</summary>
/// <param name="Query">The query.</param>
/// <param name="Page">The result; null if the store has no tasks.</param>
internal sealed record TaskListModel(TaskQuery Query, TaskPage? Page)
{
    public string State => Query.Completion.IsActive ? "active" : Query.Completion.Status ?? "any";

    public bool IsFiltered => State != "any" || Query.ParentTaskId is not null || Query.Run is not null || Query.From is not null || Query.To is not null;
}

/// <summary>A task with its prompt, messages, calls and subtasks.</summary>
/// <param name="Task">The task.</param>
/// <param name="Tree">The task with all tasks below it.</param>
/// <param name="Messages">A page of its messages.</param>
/// <param name="IsFirst">Whether the page begins with the first message.</param>
/// <param name="Calls">The calls, oldest first.</param>
/// <param name="CallsSkipped">The number of calls before this page.</param>
/// <param name="Lease">The lease of its current runner, or null.</param>
internal sealed record TaskModel(
    AgentTask Task, TaskNode Tree, MessagePage Messages, bool IsFirst, IReadOnlyList<Call> Calls, int CallsSkipped, TaskLease? Lease)
{
    /// <summary>The number of messages, calls or subtasks on a page.</summary>
    public const int PerPage = 100;

    private readonly ILookup<string, Call> _byMessage = Calls.ToLookup(call => call.StartMessageId, StringComparer.Ordinal);

    /// <summary>Whether texts are shown as they were written.</summary>
    public bool IsRaw { get; init; }

    /// <summary>Where the page of messages begins, as the address has it; null at the first.</summary>
    public string? Place { get; init; }

    /// <summary>The calls that start from a message.</summary>
    public IEnumerable<Call> CallsAfter(Message message) => _byMessage[message.Id];

    /// <summary>A tree in depth-first order, each task before those below it.</summary>
    /// <remarks>Without recursion, because tasks may be nested deeply.</remarks>
    public static IEnumerable<(AgentTask Task, int Depth)> Flatten(TaskNode root)
    {
        var open = new Stack<(TaskNode Node, int Depth)>([(root, 0)]);
        while (open.TryPop(out var item))
        {
            yield return (item.Node.Task, item.Depth);
            foreach (var child in item.Node.Subtasks.Reverse())
            {
                open.Push((child, item.Depth + 1));
            }
        }
    }
}
