using Ledger.Log;

namespace Ledger.Tasks;

/// <summary>The events of tasks, as every engine adds them to the registry that it is given.</summary>
internal static class TaskModule
{
    private static TaskEventsContext Json => TaskEventsContext.Default;

    /// <summary>The events of runs, branches and tasks.</summary>
    public static EventRegistry Default { get; } = AddTo(EventRegistry.Default);

    /// <summary>A registry with the events of tasks; the same one when it has them.</summary>
    /// <exception cref="ArgumentException">The application uses one of their names for its own event.</exception>
    public static EventRegistry AddTo(EventRegistry registry) => registry.Knows(typeof(TaskSaved)) ? registry : registry.With(Add);

    private static void Add(EventRegistryBuilder builder)
    {
        builder.AddLater(static () => Json.TaskSaved, TaskRules.FaultOf)
            .AddLater(static () => Json.CallSaved, TaskRules.FaultOf)
            .AddLater(static () => Json.MessageSaved, TaskRules.FaultOf)
            .AddLater(static () => Json.TaskLeased, TaskRules.FaultOf)
            .AddLater(static () => Json.TaskLeaseRenewed, TaskRules.FaultOf)
            .AddLater(static () => Json.TaskLeaseReleased, TaskRules.FaultOf);
    }
}
