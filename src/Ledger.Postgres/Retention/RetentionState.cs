namespace Ledger.Postgres.Retention;

/// <summary>How far retention is with a stream.</summary>
public enum RetentionState
{
    /// <summary>It will be archived and removed.</summary>
    Planned,

    /// <summary>Its archive is complete, and nothing is removed yet.</summary>
    Archived,

    /// <summary>Some of it is gone, the last events first. Readers see it as if it were removed.</summary>
    Removing,

    /// <summary>It is gone, but for the first events that branches share.</summary>
    Removed,

    /// <summary>Nothing of it was removed, for a reason.</summary>
    Left,

    /// <summary>Some of its events are back, which readers do not see yet.</summary>
    Restoring,

    /// <summary>It is as it was.</summary>
    Restored,
}
