using Ledger.Json;

namespace Ledger.Tasks;

/// <summary>A task and its parts.</summary>
/// <param name="Task">The task.</param>
/// <param name="Subtasks">The tasks that name it as their parent, the oldest first.</param>
public sealed record TaskNode(AgentTask Task, IReadOnlyList<TaskNode> Subtasks)
{
    /// <summary>Makes a tree of tasks of which one is the root.</summary>
    /// <remarks>Parents may be changed so that they go round in a circle; each task is shown once.</remarks>
    internal static TaskNode? Arrange(string rootId, IEnumerable<AgentTask> tasks)
    {
        var all = tasks.ToDictionary(t => t.Id, StringComparer.Ordinal);
        if (!all.Remove(rootId, out var root))
        {
            return null;
        }

        var children = all.Values
            .OrderBy(t => t.CreatedAt).ThenBy(t => t.Id, CodePointComparer.Instance)
            .ToLookup(t => t.ParentTaskId, StringComparer.Ordinal);

        // Level by level and then back, because a tree may be deeper than the stack.
        var order = new List<AgentTask> { root };
        for (var i = 0; i < order.Count; i++)
        {
            order.AddRange(children[order[i].Id]);
        }

        var nodes = new Dictionary<string, TaskNode>(StringComparer.Ordinal);
        for (var i = order.Count - 1; i >= 0; i--)
        {
            nodes[order[i].Id] = new TaskNode(order[i], [.. children[order[i].Id].Select(c => nodes[c.Id])]);
        }

        return nodes[rootId];
    }
}
