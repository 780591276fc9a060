using Ledger.Tasks;

namespace Ledger.Explorer.Tasks;

/// <summary>A page of tasks.</summary>
/// <param name="Query">Which were asked for.</param>
/// <param name="Page">Those found; null where the store keeps none.</param>
internal sealed record TaskListModel(TaskQuery Query, TaskPage? Page)
{
    public string State => Query.Completion.IsActive ? "active" : Query.Completion.Status ?? "any";

    public bool IsFiltered => State != "any" || Query.ParentTaskId is not null || Query.Run is not null || Query.From is not null || Query.To is not null;
}

/// <summary>A task: what it was asked, what was said, what was called, and what it left to others.</summary>
/// <param name="Task">The task.</param>
/// <param name="Tree">The task with its subtasks, and theirs.</param>
/// <param name="Messages">A page of what was said.</param>
/// <param name="IsFirst">Whether the page begins with the first message.</param>
/// <param name="Calls">What was called, from the first.</param>
/// <param name="CallsSkipped">How many calls are passed over.</param>
/// <param name="Lease">Who works on it now, or null.</param>
internal sealed record TaskModel(
    AgentTask Task, TaskNode Tree, MessagePage Messages, bool IsFirst, IReadOnlyList<Call> Calls, int CallsSkipped, TaskLease? Lease)
{
    /// <summary>How many messages, calls or subtasks a page has.</summary>
    public const int PerPage = 100;

    /// <summary>A tree from its root on, each task before those below it.</summary>
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
