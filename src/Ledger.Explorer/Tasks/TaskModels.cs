using Ledger.Tasks;

namespace Ledger.Explorer.Tasks;

/// <summary>The newest tasks; null where the store keeps none.</summary>
internal sealed record TaskListModel(TaskPage? Page, string State);

/// <summary>A task: what it was asked, what was said, what was called, and what it left to others.</summary>
/// <param name="Task">The task.</param>
/// <param name="Tree">The task with its subtasks, and theirs.</param>
/// <param name="Messages">What was said, from the first.</param>
/// <param name="Calls">What was called.</param>
internal sealed record TaskModel(AgentTask Task, TaskNode Tree, MessagePage Messages, IReadOnlyList<Call> Calls);
