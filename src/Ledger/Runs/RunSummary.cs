using Ledger.Log;

namespace Ledger.Runs;

/// <summary>A run or branch in one row: how it is doing, what it is called, and what it took.</summary>
/// <remarks>
/// <para>Status, error, times and counts are of the own events; what a branch shares with its parent is only in <see cref="Length"/> and in
/// <see cref="Usage"/>. Immutable.</para>
/// <para>An event that is no call, decision or end, such as <c>object.created</c>, counts as work: after it a run that was done is running again. The end of a call
/// does not reopen a run that <c>run.completed</c> or <c>run.failed</c> ended.</para>
/// </remarks>
/// <param name="Stream">Its stream.</param>
/// <param name="Version">The number of its own events.</param>
/// <param name="Status">How it is doing.</param>
/// <param name="StartedAt">When the log took the first own event.</param>
/// <param name="UpdatedAt">When the log took the last one.</param>
public sealed record RunSummary(StreamName Stream, StreamVersion Version, RunStatus Status, DateTimeOffset StartedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>What it waits for; null unless the status is <see cref="RunStatus.Waiting"/>, and where a rule of the application says no more.</summary>
    public RunWait? WaitsFor { get; init; }

    /// <summary>When what it waits for counts as denied; null for never.</summary>
    public DateTimeOffset? WaitsUntil { get; init; }

    /// <summary>The title that it was given, else the beginning of the first thing that a model was asked; null for none.</summary>
    public string? Title { get; init; }

    /// <summary>The title that it was given by <see cref="Run.RenameAsync"/>; null for none, where <see cref="Title"/> may follow from its events.</summary>
    public string? GivenTitle { get; init; }

    /// <summary>The model that was asked last; null for none.</summary>
    public string? Model { get; init; }

    /// <summary>What went wrong; null unless the status is <see cref="RunStatus.Failed"/>.</summary>
    public string? Error { get; init; }

    /// <summary>Its labels, sorted by code point.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The number of events of its history, those that a branch shares included.</summary>
    public Position Length { get; init; }

    /// <summary>How many calls of models were begun; of a recording, how many answers it has.</summary>
    public long ModelCalls { get; init; }

    /// <summary>How many calls of tools were begun.</summary>
    public long ToolCalls { get; init; }

    /// <summary>What its calls cost and saved, with and without the shared prefix.</summary>
    public RunUsage Usage { get; init; } = new(CallTotals.None, null);

    /// <summary>The calls that were begun and have not ended, the oldest first. Only <see cref="Run.GetSummaryAsync"/> asks whether their callers are
    /// gone.</summary>
    public IReadOnlyList<OpenCall> OpenCalls { get; init; } = [];

    /// <summary>The events of its own that ask for approval and were neither decided on nor have expired, in their order: see
    /// <see cref="AgentLedger.ListWaitingApprovalsAsync"/>.</summary>
    public IReadOnlyList<Guid> AskedApprovals { get; init; } = [];

    /// <summary>Whether it takes further events.</summary>
    public StreamState State { get; init; }

    /// <summary>The time between its start and its last activity; of a recording that says when its events occurred, between the first and the last of them.</summary>
    public TimeSpan Duration => RecordedDuration ?? UpdatedAt - StartedAt;

    /// <summary>Its duration as a recording states it; null where it does not.</summary>
    internal TimeSpan? RecordedDuration { get; init; }

    /// <summary>What its own calls cost and saved.</summary>
    public CallTotals OwnUsage => Usage.SinceFork ?? Usage.Whole;
}
