namespace Ledger.Postgres.Retention;

/// <summary>What a run of retention has removed, or would remove.</summary>
/// <param name="Run">Its number; null for a plan.</param>
/// <param name="Streams">The streams in the order in which they are removed, at most 10,000; another run takes the next ones.</param>
public sealed record RetentionReport(long? Run, IReadOnlyList<RetentionStream> Streams)
{
    /// <summary>When it began; null for a plan.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; null for a plan, and for a run that was interrupted.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The role of the database that ran it; null for a plan.</summary>
    public string? StartedBy { get; init; }

    /// <summary>The folder of the archives, as a whole path on the machine that ran it; null for a plan, and for a run that an earlier version began.</summary>
    public string? Folder { get; init; }

    /// <summary>The policies as JSON, as they were stored; null for a plan.</summary>
    public string? Policies { get; init; }

    /// <summary>The number of an interrupted run that was finished before; null for none.</summary>
    public long? Resumed { get; init; }

    /// <summary>How many events are removed, or would be.</summary>
    public long Events => Streams.Where(s => s.State is not RetentionState.Left).Sum(s => s.Events);
}
