using Ledger.Log;

namespace Ledger.Tasks;

/// <summary>The events of tasks, as every engine adds them to the registry that it is given.</summary>
internal static class TaskModule
{
    /// <summary>The events of runs, branches and tasks.</summary>
    public static EventRegistry Default { get; } = AddTo(EventRegistry.Default);

    /// <summary>A registry with the events of tasks; the same one when it has them.</summary>
    /// <exception cref="ArgumentException">The application uses one of their names for its own event.</exception>
    public static EventRegistry AddTo(EventRegistry registry) => registry.Knows(typeof(TaskSaved)) ? registry : registry.With(Add);

    private static void Add(EventRegistryBuilder builder)
    {
        var json = TaskEventsContext.Default;
        builder.Add(json.TaskSaved, TaskRules.FaultOf).Add(json.CallSaved, TaskRules.FaultOf).Add(json.MessageSaved, TaskRules.FaultOf)
            .Add(json.TaskLeased, TaskRules.FaultOf).Add(json.TaskLeaseRenewed, TaskRules.FaultOf).Add(json.TaskLeaseReleased, TaskRules.FaultOf);
    }
}
