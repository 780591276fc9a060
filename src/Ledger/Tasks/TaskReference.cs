namespace Ledger.Tasks;

/// <summary>A member by which a task, call, message or lease names another.</summary>
public enum TaskReference
{
    /// <summary>The task of a call, message or lease.</summary>
    Task,

    /// <summary>The parent of a task.</summary>
    ParentTask,

    /// <summary>The message that a call starts from.</summary>
    StartMessage,

    /// <summary>The message that tells the end of a call.</summary>
    EndMessage,
}
