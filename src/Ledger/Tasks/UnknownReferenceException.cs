namespace Ledger.Tasks;

/// <summary>A save refers to a task or message that does not exist; nothing was written.</summary>
public sealed class UnknownReferenceException : Exception
{
    /// <summary>States which reference is unknown.</summary>
    /// <param name="owner">The kind of the refused save: <c>task</c>, <c>call</c>, <c>message</c> or <c>lease</c>.</param>
    /// <param name="ownerId">Its id.</param>
    /// <param name="reference">The member that holds the unknown id.</param>
    /// <param name="id">The id that does not exist.</param>
    public UnknownReferenceException(string owner, string ownerId, TaskReference reference, string id)
        : base($"The {owner} '{ownerId}' names the {Words(reference)} '{id}', which does not exist. Nothing was written; "
            + $"save that {(reference is TaskReference.Task or TaskReference.ParentTask ? "task" : "message")} first.")
    {
        Owner = owner;
        OwnerId = ownerId;
        Reference = reference;
        Id = id;
    }

    /// <summary>The kind of the refused save: <c>task</c>, <c>call</c>, <c>message</c> or <c>lease</c>.</summary>
    public string Owner { get; }

    /// <summary>The id of the refused task, call, message or lease.</summary>
    public string OwnerId { get; }

    /// <summary>Which member names what does not exist.</summary>
    public TaskReference Reference { get; }

    /// <summary>The id that does not exist.</summary>
    public string Id { get; }

    private static string Words(TaskReference reference) => reference switch
    {
        TaskReference.Task => "task",
        TaskReference.ParentTask => "parent task",
        TaskReference.StartMessage => "start message",
        _ => "end message",
    };
}
