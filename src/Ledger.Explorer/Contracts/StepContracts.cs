using Ledger.Explorer.Steps;

namespace Ledger.Explorer.Contracts;

/// <summary>Something in a run that took time.</summary>
/// <param name="Id">The event that began it; of a call of a task, its first event.</param>
/// <param name="Position">The position of that event.</param>
/// <param name="Kind">model, tool, responder, task (a call of a task), or the kind of another call.</param>
/// <param name="Name">The model, tool, responder or call.</param>
/// <param name="State">open, done, failed, answered (the log had the answer) or unknown; of a call of a task, what the task says.</param>
/// <param name="BeganAt">When it began.</param>
/// <param name="Depth">How many steps it is within.</param>
/// <param name="ParentPosition">The position at which the step around it began.</param>
/// <param name="EndPosition">The position of the event that ended it.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
/// <param name="InputTokens">The tokens of the request.</param>
/// <param name="OutputTokens">The tokens of the response.</param>
/// <param name="CostUsd">The price, in US dollars.</param>
/// <param name="Actor">Who began it.</param>
/// <param name="CallId">The call of a task that it belongs to.</param>
/// <param name="Error">What went wrong.</param>
internal sealed record StepContract(
    string Id,
    long Position,
    string Kind,
    string Name,
    string State,
    DateTimeOffset BeganAt,
    int Depth,
    long? ParentPosition = null,
    long? EndPosition = null,
    double? DurationMs = null,
    long? InputTokens = null,
    long? OutputTokens = null,
    decimal? CostUsd = null,
    string? Actor = null,
    string? CallId = null,
    string? Error = null)
{
    public static StepContract Of(RunStep step) => new(
        step.Id.ToString(),
        step.Begin.Value,
        step.Kind,
        step.Name,
        step.State.ToString().ToLowerInvariant(),
        step.BeganAt,
        step.Depth,
        step.Parent?.Begin.Value,
        step.End?.Value,
        step.Duration?.TotalMilliseconds,
        step.Cost.InputTokens,
        step.Cost.OutputTokens,
        step.Cost.Usd,
        step.Actor,
        step.CallId,
        step.Error);
}

/// <summary>The steps of a part of a run, each followed by those within it.</summary>
/// <param name="Steps">The steps.</param>
/// <param name="Clock">Which times they are: recorded, or occurred, as the events state.</param>
/// <param name="BusyMs">How long at least one of them was open, in milliseconds.</param>
/// <param name="Next">Where the next part begins, as 'from'.</param>
/// <param name="IsLast">Whether the run ends with this part.</param>
internal sealed record StepPageContract(IReadOnlyList<StepContract> Steps, string Clock, double BusyMs, long Next, bool IsLast)
{
    public static StepPageContract Of(StepsModel model) =>
        new([.. model.Steps.Select(StepContract.Of)], model.Clock, model.Times.Busy.TotalMilliseconds, model.To.Value, model.IsLast);
}
