namespace Ledger.Tasks;

/// <summary>The tasks, calls, messages and leases of a log in memory.</summary>
/// <remarks>Not safe for concurrent use: the log's lock is held.</remarks>
internal sealed class TaskTables
{
    public Dictionary<string, AgentTask> Tasks { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Call> Calls { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Message> Messages { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, TaskLease> Leases { get; } = new(StringComparer.Ordinal);

    /// <summary>Computes the changes that unwritten task events will make; an event that does not fit throws, and nothing has changed.</summary>
    public TaskChanges Plan(IEnumerable<RecordedEvent> events)
    {
        var changes = new TaskChanges(this);
        foreach (var recorded in events)
        {
            changes.Apply(recorded);
        }

        return changes;
    }
}
