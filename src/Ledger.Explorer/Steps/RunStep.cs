using Ledger.Runs;
using Ledger.Tasks;

namespace Ledger.Explorer.Steps;

/// <summary>Something in a run that took time: a call of a model or tool, a responder at work, a call of a task.</summary>
internal sealed class RunStep
{
    /// <summary>The id of the event that began it.</summary>
    public required Guid Id { get; init; }

    /// <summary>What it is: <c>model</c>, <c>tool</c>, <c>responder</c>, <c>task</c>, or the kind of another call.</summary>
    public required string Kind { get; init; }

    /// <summary>The model, tool, responder or call.</summary>
    public required string Name { get; set; }

    /// <summary>The event type whose colour and mark it has.</summary>
    public required string Type { get; init; }

    public required Position Begin { get; init; }

    public required DateTimeOffset BeganAt { get; init; }

    public string? Actor { get; init; }

    /// <summary>The call of a task that it belongs to.</summary>
    public string? CallId { get; init; }

    /// <summary>The position of the event that ended it; null while it is open.</summary>
    public Position? End { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public StepState State { get; set; }

    public string? Error { get; set; }

    public CallCost Cost { get; set; } = CallCost.Unknown;

    /// <summary>How long the call says that it took, which is more exact than the times of its events.</summary>
    public TimeSpan? Measured { get; set; }

    /// <summary>The step within which it was begun, by its causes or by its call of a task.</summary>
    public RunStep? Parent { get; set; }

    /// <summary>How many steps it is within.</summary>
    public int Depth => Parent is { } parent ? parent.Depth + 1 : 0;

    /// <summary>Null while it is open.</summary>
    public TimeSpan? Duration => Measured ?? (EndedAt is { } ended ? ended > BeganAt ? ended - BeganAt : TimeSpan.Zero : null);

    /// <summary>Ends a call of a task, or lets it go on, as the task says; what no task knows stays unknown.</summary>
    public void SettleTask(CallStatus? status)
    {
        State = status switch
        {
            CallStatus.Completed => StepState.Done,
            CallStatus.Failed => StepState.Failed,
            CallStatus.Pending or CallStatus.InProgress => StepState.Open,
            _ => StepState.Unknown,
        };
        (End, EndedAt) = State == StepState.Open ? (null, null) : (End, EndedAt);
    }

    /// <summary>The tokens of request and response; null where neither is known.</summary>
    public long? Tokens => Cost.InputTokens is null && Cost.OutputTokens is null ? null : (Cost.InputTokens ?? 0) + (Cost.OutputTokens ?? 0);
}

/// <summary>How a step ended.</summary>
internal enum StepState
{
    /// <summary>It has not ended, as far as the events were read.</summary>
    Open,

    /// <summary>It ended well.</summary>
    Done,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>The log had the answer, so that nothing was called.</summary>
    Answered,

    /// <summary>How it ended is unknown: its caller is gone, or no task has such a call.</summary>
    Unknown,
}
