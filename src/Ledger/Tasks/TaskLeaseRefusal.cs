namespace Ledger.Tasks;

/// <summary>Why a runner cannot have a task.</summary>
public enum TaskLeaseRefusal
{
    /// <summary>Another runner holds it.</summary>
    Held,

    /// <summary>The task has ended.</summary>
    Ended,

    /// <summary>The lease is no longer the current one of the task.</summary>
    Lost,
}
