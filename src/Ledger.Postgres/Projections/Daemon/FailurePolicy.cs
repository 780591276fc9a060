namespace Ledger.Postgres.Projections.Daemon;

/// <summary>What becomes of a shard whose projection or subscription fails at an event again and again.</summary>
public enum FailurePolicy
{
    /// <summary>It stops before the event, until somebody has corrected the code and resumes it: nothing is missing in what it keeps.</summary>
    Pause,

    /// <summary>It records the event as a dead letter, goes past it, and on.</summary>
    DeadLetter,
}
