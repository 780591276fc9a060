using System.Text.Json;
using Ledger.Json;
using Ledger.Projections;

namespace Ledger.Runs;

/// <summary>Follows the summary of a run or branch, as lists of runs show it.</summary>
/// <remarks>The events that a branch shares count in its length and in what it cost as a whole; its status begins with its own.</remarks>
/// <param name="stream">The run or branch.</param>
/// <param name="rules">The rules of the application.</param>
internal sealed class SummarySteps(StreamName stream, IReadOnlyList<RunRule> rules) : IStepFold
{
    private readonly RunFold _fold = new(stream, new RunState { Prefix = stream.IsBranch ? RunningTotals.None : null }, rules);
    private JsonElement _last;

    /// <summary>The summary at the time of the last own event; null before the first one.</summary>
    public RunSummary? Last => _fold.State.Version == 0 ? null : RunSummaries.Of(stream, _fold.State, _fold.State.UpdatedAt);

    public ValueTask PassAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        Apply(recorded);
        _last = default;
        return ValueTask.CompletedTask;
    }

    public ValueTask<StepParts> TakeAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        var before = _last.ValueKind == JsonValueKind.Undefined && _fold.State is { Version: 0, PrefixLength: 0 } ? default
            : _last.ValueKind == JsonValueKind.Undefined ? Write(_fold.State.UpdatedAt) : _last;
        Apply(recorded);
        _last = Write(recorded.Timestamp);
        return ValueTask.FromResult(new StepParts(before, _last, null));
    }

    private void Apply(RecordedEvent recorded)
    {
        if (recorded.Stream == stream)
        {
            _fold.Take(recorded);
            return;
        }

        var state = _fold.State;
        state.PrefixLength++;
        state.Prefix = (state.Prefix ?? RunningTotals.None).Plus(RunningTotals.Of(recorded));
    }

    // Whether a request for approval has expired is told by the time of the event.
    private JsonElement Write(DateTimeOffset now)
    {
        var summary = RunSummaries.Of(stream, _fold.State, now);
        return EventJson.ToElement(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("status", summary.Status.ToString().ToLowerInvariant());
            Text(writer, "waits_for", summary.WaitsFor?.ToString().ToLowerInvariant());
            Text(writer, "title", summary.Title);
            Text(writer, "model", summary.Model);
            Text(writer, "error", summary.Error);
            writer.WriteStartArray("labels");
            foreach (var label in summary.Labels)
            {
                writer.WriteStringValue(label);
            }

            writer.WriteEndArray();
            writer.WriteNumber("length", summary.Length.Value);
            writer.WriteNumber("model_calls", summary.ModelCalls);
            writer.WriteNumber("tool_calls", summary.ToolCalls);
            writer.WriteNumber("open_calls", summary.OpenCalls.Count);
            writer.WriteNumber("waiting_approvals", summary.AskedApprovals.Count);
            writer.WriteNumber("tokens", summary.Usage.Whole.Tokens);
            writer.WriteNumber("cost_usd", summary.Usage.Whole.CostUsd);
            if (summary.Usage.SinceFork is { } own)
            {
                writer.WriteNumber("own_tokens", own.Tokens);
                writer.WriteNumber("own_cost_usd", own.CostUsd);
            }

            writer.WriteEndObject();
        });
    }

    private static void Text(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }
}
