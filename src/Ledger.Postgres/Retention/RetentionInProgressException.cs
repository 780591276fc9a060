namespace Ledger.Postgres.Retention;

/// <summary>Another process is running retention on the same log. Nothing was removed.</summary>
public sealed class RetentionInProgressException : InvalidOperationException
{
    internal RetentionInProgressException()
        : base("Retention is being run on this log by another process. Wait until that is done, or stop it; the next run finishes what it began.")
    {
    }
}
