namespace Ledger.Postgres.Retention;

/// <summary>How far retention is with a stream.</summary>
public enum RetentionState
{
    /// <summary>It will be archived and removed.</summary>
    Planned,

    /// <summary>Its archive is complete, and nothing is removed yet.</summary>
    Archived,

    /// <summary>Some of its events are gone, the last ones first.</summary>
    Removing,

    /// <summary>It is gone, but for the first events that branches share.</summary>
    Removed,

    /// <summary>Nothing of it was removed, for a reason.</summary>
    Left,

    /// <summary>Some of its events are back.</summary>
    Restoring,

    /// <summary>It is as it was.</summary>
    Restored,
}
