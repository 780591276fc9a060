namespace Ledger.Postgres.Retention;

/// <summary>Why nothing of a stream, or no more of it, can be removed.</summary>
public enum RetentionReason
{
    /// <summary>A legal hold keeps it.</summary>
    Held,

    /// <summary>Branches that stay share all of its events; of tasks and record stores, any of them.</summary>
    Branch,

    /// <summary>Tasks that stay are its subtasks, or refer to its messages.</summary>
    Task,

    /// <summary>The seal, or its newest checkpoint, does not have all of its events yet.</summary>
    Unsealed,

    /// <summary>A label decides, and its summary lacks events.</summary>
    Behind,

    /// <summary>It has grown since the plan was made; or it was masked or rewritten while it was removed.</summary>
    Changed,

    /// <summary>Another program has deleted it.</summary>
    Gone,

    /// <summary>Some of its events are gone, and their archive is not in the folder as it was written. The rest stays; a later run archives and removes it by itself.</summary>
    Archive,

    /// <summary>The database refused; see <see cref="RetentionStream.Fault"/>. The other streams go on.</summary>
    Failed,
}
