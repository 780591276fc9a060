using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Interop.Reading;

namespace Ledger.Interop.SweAgent;

/// <summary>Reads the steps of an attempt: those of <c>trajectory</c>, or without one the turns of <c>history</c>.</summary>
internal static partial class TrajectorySteps
{
    /// <summary>Whether an attempt has a step.</summary>
    public static bool HasSteps(this JsonElement json) => json.Steps(new Extras()).Count > 0;

    /// <summary>The steps in order, without empty ones.</summary>
    /// <param name="json">The attempt.</param>
    /// <param name="extras">Counts the parts that the steps do not carry.</param>
    public static IReadOnlyList<TrajectoryStep> Steps(this JsonElement json, Extras extras)
    {
        var isTrajectory = json.Member("trajectory").ValueKind == JsonValueKind.Array;
        var steps = new List<TrajectoryStep>();
        foreach (var step in isTrajectory ? OfTrajectory(json, extras) : OfHistory(json, extras))
        {
            if (step.SaysSomething)
            {
                steps.Add(step);
            }
            else
            {
                extras.Add(isTrajectory ? "empty trajectory steps" : "empty history answers");
            }
        }

        return steps;
    }

    private static IEnumerable<TrajectoryStep> OfTrajectory(JsonElement json, Extras extras)
    {
        var turns = new Queue<(TrajectoryMessage Answer, List<TrajectoryMessage> Further)>(Turns(json));
        var number = 0L;
        foreach (var step in json.Items("trajectory"))
        {
            extras.AddOthers(
                step, "trajectory.", "response", "thought", "action", "observation", "state", "execution_time", "tool_calls", "tool_call_ids", "thinking_blocks");
            var state = StateOf(step, extras);
            extras.AddOthers(state, "trajectory.state.", "open_file", "working_dir");
            var read = new TrajectoryStep(++number)
            {
                Response = step.Text("response"),
                Thought = step.Text("thought"),
                Action = step.Text("action"),
                Observation = step.Text("observation"),
                OpenFile = Path(state.Text("open_file")),
                WorkingDirectory = Path(state.Text("working_dir")),
                ExecutionTime = step.Member("execution_time") is { ValueKind: JsonValueKind.Number } time ? time : default,
                ToolCalls = new TrajectoryMessage(step).ToolCalls,
                ResponseMore = Members(step, "thinking_blocks"),
                ResultMore = Members(step, "tool_call_ids"),
            };
            yield return WithTurn(read, turns, extras);
        }

        foreach (var (answer, _) in turns)
        {
            AddUnread(answer, extras);
        }
    }

    // The history repeats the steps as messages; their other members go to the step that they answer.
    private static TrajectoryStep WithTurn(
        TrajectoryStep step, Queue<(TrajectoryMessage Answer, List<TrajectoryMessage> Further)> turns, Extras extras)
    {
        if (!turns.Any(t => IsAnswerOf(t.Answer, step)))
        {
            return step;
        }

        var (answer, further) = turns.Dequeue();
        while (!IsAnswerOf(answer, step))
        {
            AddUnread(answer, extras);
            (answer, further) = turns.Dequeue();
        }

        // The model was told the observation with the tool's prompt, or something else in its place.
        foreach (var message in further.Where(m => m.Text is { } told && !Repeats(told, step.Observation ?? "")))
        {
            extras.Add("history messages that differ from their observation", message.Json);
        }

        var more = answer.AnswerMore(extras);
        foreach (var (name, value) in step.ResponseMore)
        {
            more[name] = value;
        }

        return step with
        {
            ToolCalls = step.ToolCalls.ValueKind == JsonValueKind.Array ? step.ToolCalls : answer.ToolCalls,
            ResponseMore = more,
            ResultMore = step.ResultMore.Count > 0 ? step.ResultMore : ResultMore(further, extras),
        };
    }

    private static bool Repeats(string told, string observation)
    {
        var said = Prompt().Match(told) is { Success: true } prompt ? told[..prompt.Index] : told;
        return said.Trim() == observation.Trim();
    }

    private static void AddUnread(TrajectoryMessage answer, Extras extras)
    {
        if (answer.Text is not null || answer.ToolCalls.ValueKind == JsonValueKind.Array || answer.HasParts)
        {
            extras.Add("history answers that are not in trajectory", answer.Json);
        }
    }

    private static bool IsAnswerOf(TrajectoryMessage answer, TrajectoryStep step) =>
        answer.Text is { } text && text == (step.Response ?? step.Thought) && answer.Json.Text("action") is var action && (action is null || action == step.Action);

    private static IEnumerable<TrajectoryStep> OfHistory(JsonElement json, Extras extras)
    {
        var number = 0L;
        foreach (var (answer, further) in Turns(json))
        {
            var step = new TrajectoryStep(++number)
            {
                Response = answer.Text,
                Thought = answer.Json.Text("thought"),
                Action = answer.Json.Text("action"),
                ToolCalls = answer.ToolCalls,
                ResponseMore = answer.AnswerMore(extras),
            };
            if (string.IsNullOrWhiteSpace(step.Action))
            {
                var answers = step.ToolCalls.ValueKind == JsonValueKind.Array ? further.Where(m => m.Role == "tool").ToList() : [];
                yield return step with
                {
                    Answers = [.. answers.Select(m => m.Json)],
                    Messages = [.. further.Except(answers).Select(m => m.Json)],
                };
                continue;
            }

            yield return further.Aggregate(step, WithObservation) with { ResultMore = ResultMore(further, extras) };
        }
    }

    private static TrajectoryStep WithObservation(TrajectoryStep step, TrajectoryMessage message)
    {
        if (message.Text is not { } observation)
        {
            return step;
        }

        var prompt = Prompt().Match(observation);
        return step with
        {
            Observation = step.Observation is null ? observation : $"{step.Observation}\n{observation}",
            OpenFile = prompt.Success ? Path(prompt.Groups["file"].Value) : step.OpenFile,
            WorkingDirectory = prompt.Success ? Path(prompt.Groups["folder"].Value) : step.WorkingDirectory,
        };
    }

    // An answer of the model, and everything up to the next one.
    private static List<(TrajectoryMessage Answer, List<TrajectoryMessage> Further)> Turns(JsonElement json)
    {
        var turns = new List<(TrajectoryMessage, List<TrajectoryMessage> Further)>();
        foreach (var message in json.Items("history").Select(m => new TrajectoryMessage(m)))
        {
            if (message.IsAnswer)
            {
                turns.Add((message, []));
            }
            else if (turns.Count > 0)
            {
                turns[^1].Further.Add(message);
            }
        }

        return turns;
    }

    private static Dictionary<string, JsonElement> ResultMore(List<TrajectoryMessage> further, Extras extras)
    {
        var more = new Dictionary<string, JsonElement>();
        foreach (var message in further)
        {
            extras.AddOthers(message.Json, "history.", "role", "content", "agent", "message_type", "tool_call_id", "tool_call_ids", "is_demo");
            foreach (var (name, value) in Members(message.Json, "tool_call_id", "tool_call_ids"))
            {
                more[name] = value;
            }

            if (message.HasParts)
            {
                more["content"] = message.Json.Member("content").Cleaned();
            }
        }

        return more;
    }

    private static Dictionary<string, JsonElement> Members(JsonElement json, params ReadOnlySpan<string> names)
    {
        var members = new Dictionary<string, JsonElement>();
        foreach (var name in names)
        {
            if (RecordedJson.SaysSomething(json.Member(name)))
            {
                members[name] = json.Member(name).Cleaned();
            }
        }

        return members;
    }

    // JSON, which older files write as text.
    private static JsonElement StateOf(JsonElement step, Extras extras)
    {
        if (step.Text("state") is not { } text)
        {
            return step.Member("state");
        }

        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            extras.Add("trajectory.state", step.Member("state"));
            return default;
        }
    }

    private static string? Path(string? text) => text is null or "" or "n/a" ? null : text;

    [GeneratedRegex(@"\(Open file: (?<file>[^\r\n]*)\)\r?\n\(Current directory: (?<folder>[^\r\n]*)\)", RegexOptions.RightToLeft)]
    private static partial Regex Prompt();
}
