namespace Ledger.Runs;

/// <summary>An application's own rule for the status of runs, after the built-in ones: what an event says about the run.</summary>
/// <remarks>
/// It must be pure and safe for concurrent use, because summaries are stored and rebuilt. After a change of the rule give the
/// rules another <see cref="AgentLedgerOptions.RunRulesName"/> and run <c>ledger projections rebuild ledger:runs</c> from a program that has them.
/// </remarks>
/// <param name="recorded">The event, the last of the run so far.</param>
/// <param name="run">The run after it, by the rules before this one.</param>
/// <returns>What is different; null for nothing.</returns>
public delegate RunChange? RunRule(RecordedEvent recorded, RunSummary run);

/// <summary>What a rule of the application says about a run.</summary>
public sealed record RunChange
{
    /// <summary>How the run is doing until its next event of work; null for what the built-in rules say.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>What went wrong, with <see cref="RunStatus.Failed"/>.</summary>
    public string? Error { get; init; }

    /// <summary>Its title from here on, unless a person gives it one; null for the one that it has.</summary>
    public string? Title { get; init; }

    /// <summary>The model from here on; null for the one that it has.</summary>
    public string? Model { get; init; }

    /// <summary>Labels that are added.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}
