using System.Text.Json;
using Ledger.Runs;

namespace Ledger.Explorer.Steps;

/// <summary>Finds the steps in the events of a run, in order. Not safe for concurrent use.</summary>
/// <remarks>
/// A step is within another one if its cause, or the cause of that and so on, happened while the other one was open. What an answer caused comes after it,
/// and not within it.
/// </remarks>
/// <param name="timeOf">The clock: the time of an event.</param>
internal sealed class StepFold(Func<RecordedEvent, DateTimeOffset> timeOf)
{
    private readonly List<RunStep> _steps = [];
    private readonly Dictionary<Guid, RunStep> _byEvent = [];
    private readonly Dictionary<Guid, RunStep?> _within = [];
    private readonly Dictionary<string, RunStep> _tasks = [];

    /// <summary>The steps so far, in the order in which they began.</summary>
    public IReadOnlyList<RunStep> Steps => _steps;

    /// <summary>Whether an event of a type begins a step that another event ends.</summary>
    public static bool Begins(string type) => type is "llm.request" or "tool.called" or "call.requested" or "responder.fired";

    public void Take(RecordedEvent recorded)
    {
        TakeTask(recorded);
        var within = recorded.Metadata.Causes.Select(cause => OpenAround(_within.GetValueOrDefault(cause))).FirstOrDefault(step => step is not null);
        var step = StepOf(recorded);
        _within[recorded.Id] = Begins(recorded.Type) ? step : OpenAround(step?.Parent) ?? within;
        if (step is { Parent: null } && step.Id == recorded.Id)
        {
            step.Parent = within ?? (recorded.Metadata.CallId is { } call ? _tasks[call] : null);
        }
    }

    private static RunStep? OpenAround(RunStep? step)
    {
        while (step is { State: not StepState.Open })
        {
            step = step.Parent;
        }

        return step;
    }

    private RunStep? StepOf(RecordedEvent recorded)
    {
        switch (recorded.Type)
        {
            case "llm.request":
                return Begin(recorded, "model", CallCost.Of(recorded).Model ?? "model");
            case "tool.called":
                return Begin(recorded, "tool", TextOf(recorded, "tool") ?? "tool");
            case "call.requested":
                return Begin(recorded, "call", TextOf(recorded, "kind") ?? "call");
            case "responder.fired":
                return Begin(recorded, "responder", TextOf(recorded, "name") ?? "responder");
            case "call.answered":
                var answered = Begin(recorded, TextOf(recorded, "kind") == "llm" ? "model" : TextOf(recorded, "kind") ?? "call", "from the log");
                End(answered, recorded, StepState.Answered);
                return answered;
            case "llm.response" or "tool.returned" or "call.returned":
                var step = Find(recorded);
                Answer(step, recorded);
                return step;
            case "call.failed":
                return End(Find(recorded), recorded, StepState.Failed, TextOf(recorded, "error"));
            case "call.unknown":
                return End(Find(recorded), recorded, StepState.Unknown, TextOf(recorded, "reason"));
            case "call.released":
                return End(Find(recorded), recorded, StepState.Failed, TextOf(recorded, "reason"));
            case "responder.completed":
                return End(FindResponder(recorded), recorded, StepState.Done);
            case "responder.failed":
                return End(FindResponder(recorded), recorded, StepState.Failed, TextOf(recorded, "error"));
            case "llm.usage" when Find(recorded) is { } used:
                used.Cost = Plus(used.Cost, CallCost.Of(recorded));
                return used;
            default:
                return null;
        }
    }

    private RunStep Begin(RecordedEvent recorded, string kind, string name)
    {
        var step = new RunStep
        {
            Id = recorded.Id,
            Kind = kind,
            Name = name,
            Type = recorded.Type,
            Begin = recorded.Position!.Value,
            BeganAt = timeOf(recorded),
            Actor = recorded.Metadata.Actor,
            CallId = recorded.Metadata.CallId,
        };
        _steps.Add(step);
        _byEvent[recorded.Id] = step;
        return step;
    }

    private void Answer(RunStep? step, RecordedEvent recorded)
    {
        var data = recorded.ToJsonElement();
        var error = data.ValueKind == JsonValueKind.Object && data.TryGetProperty("error", out var stated) && stated.ValueKind != JsonValueKind.Null ? stated : default;
        var hasFailed = HasFailed(recorded, data, error);
        End(step, recorded, hasFailed ? StepState.Failed : StepState.Done, hasFailed ? ErrorOf(error) : null);
        if (step is not null)
        {
            var cost = CallCost.Of(recorded);
            step.Cost = hasFailed ? step.Cost : Plus(step.Cost, cost);
            step.Name = step.Kind == "model" && step.Name == "model" && cost.Model is { } model ? model : step.Name;
            step.Measured = recorded.Metadata.Headers.TryGetValue("call_ms", out var took) && took.ValueKind == JsonValueKind.Number
                && took.TryGetInt64(out var milliseconds) && milliseconds is >= 0 and < int.MaxValue
                ? TimeSpan.FromMilliseconds(milliseconds)
                : null;
            _byEvent[recorded.Id] = step;
        }
    }

    private RunStep? End(RunStep? step, RecordedEvent recorded, StepState state, string? error = null)
    {
        if (step is not null)
        {
            (step.End, step.EndedAt, step.State, step.Error) = (recorded.Position, timeOf(recorded), state, error);
        }

        return step;
    }

    // By its causes, else by the id of the call that a tool's answer has.
    private RunStep? Find(RecordedEvent recorded)
    {
        foreach (var cause in recorded.Metadata.Causes)
        {
            if (_byEvent.TryGetValue(cause, out var step))
            {
                return step;
            }
        }

        return TextOf(recorded, "call_id") is { } id && Guid.TryParse(id, out var request) ? _byEvent.GetValueOrDefault(request) : null;
    }

    private RunStep? FindResponder(RecordedEvent recorded)
    {
        var name = TextOf(recorded, "name");
        return _steps.LastOrDefault(step => step is { Kind: "responder", State: StepState.Open } && step.Name == name);
    }

    private void TakeTask(RecordedEvent recorded)
    {
        if (recorded.Metadata.CallId is not { } call)
        {
            return;
        }

        if (!_tasks.TryGetValue(call, out var step))
        {
            step = new RunStep
            {
                Id = recorded.Id,
                Kind = "task",
                Name = call,
                Type = "task.call",
                Begin = recorded.Position!.Value,
                BeganAt = timeOf(recorded),
                CallId = call,
            };
            _tasks.Add(call, step);
            _steps.Add(step);
        }

        // Whether it is done, the task says.
        (step.End, step.EndedAt, step.State) = (recorded.Position, timeOf(recorded), StepState.Unknown);
    }

    // As runs count it: the answer of a call that was recorded whole may have such a member.
    private static bool HasFailed(RecordedEvent recorded, JsonElement data, JsonElement error) =>
        (error.ValueKind != JsonValueKind.Undefined
            || (recorded.Type == "tool.returned" && data.ValueKind == JsonValueKind.Object && !data.TryGetProperty("result", out _)))
        && !recorded.Metadata.Headers.ContainsKey("request_hash");

    // Each event states what comes to what those before it state.
    private static CallCost Plus(CallCost known, CallCost stated) => known with
    {
        Usd = known.Usd is null ? stated.Usd : known.Usd + (stated.Usd ?? 0),
        InputTokens = known.InputTokens is null ? stated.InputTokens : known.InputTokens + (stated.InputTokens ?? 0),
        OutputTokens = known.OutputTokens is null ? stated.OutputTokens : known.OutputTokens + (stated.OutputTokens ?? 0),
    };

    private static string? TextOf(RecordedEvent recorded, string member) =>
        recorded.ToJsonElement() is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string? ErrorOf(JsonElement error) => error.ValueKind switch
    {
        JsonValueKind.Undefined => null,
        JsonValueKind.String => error.GetString(),
        JsonValueKind.Object when error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String => message.GetString(),
        _ => error.GetRawText(),
    };
}
