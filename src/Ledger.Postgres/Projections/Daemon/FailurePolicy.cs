namespace Ledger.Postgres.Projections.Daemon;

/// <summary>How to treat a shard whose projection or subscription repeatedly fails at an event.</summary>
public enum FailurePolicy
{
    /// <summary>It stops before the event until the code is corrected and the shard resumed: nothing is missing from its data.</summary>
    Pause,

    /// <summary>It records the event as a dead letter, skips it, and continues.</summary>
    DeadLetter,
}
