namespace Ledger.Tasks;

/// <summary>The unfinished tasks and calls, to be resumed or failed after a crash; the oldest first.</summary>
/// <param name="Tasks">The tasks in progress.</param>
/// <param name="Calls">The calls that are pending or in progress, including those of ended tasks.</param>
public sealed record Recovery(IReadOnlyList<RecoverableTask> Tasks, IReadOnlyList<RecoverableCall> Calls);

/// <summary>A task in progress.</summary>
/// <param name="Task">The task.</param>
/// <param name="Lease">The hold that a runner has on it now, or null: it is free.</param>
public sealed record RecoverableTask(AgentTask Task, TaskLease? Lease);

/// <summary>A call that has not ended.</summary>
/// <param name="Call">The call.</param>
/// <param name="StartMessage">The message that it started from.</param>
public sealed record RecoverableCall(Call Call, Message StartMessage);
