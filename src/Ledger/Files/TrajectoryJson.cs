using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ledger.Files;

/// <summary>Reads the members of a trajectory, of which any may be absent.</summary>
internal static partial class TrajectoryJson
{
    /// <summary>A member of an object, or undefined.</summary>
    public static JsonElement Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;

    /// <summary>A member that is text, or null. What the log cannot keep, NUL and half characters, becomes U+FFFD.</summary>
    public static string? Text(this JsonElement json, string name) => TextOf(json.Member(name));

    /// <summary>The items of a member that is an array.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>A message's text: its content, or the text parts of it.</summary>
    public static string? Content(this JsonElement message) => message.Member("content") is { ValueKind: JsonValueKind.Array } parts
        ? string.Join('\n', parts.EnumerateArray().Select(p => p.Text("text")).OfType<string>())
        : message.Text("content");

    /// <summary>The steps: those of <c>trajectory</c>, or where there is none the turns of <c>history</c>.</summary>
    public static IEnumerable<TrajectoryStep> Steps(this JsonElement json) =>
        json.Member("trajectory").ValueKind == JsonValueKind.Array ? OfTrajectory(json) : OfHistory(json);

    private static IEnumerable<TrajectoryStep> OfTrajectory(JsonElement json) =>
        json.Items("trajectory").Select((step, i) =>
        {
            var state = StateOf(step);
            return new TrajectoryStep(
                i + 1,
                step.Text("response"),
                step.Text("thought"),
                step.Text("action"),
                step.Text("observation"),
                Path(state.Text("open_file")),
                Path(state.Text("working_dir")),
                step.Member("execution_time") is { ValueKind: JsonValueKind.Number } time ? time : default);
        });

    // An answer of the model, and everything up to its next one.
    private static IEnumerable<TrajectoryStep> OfHistory(JsonElement json)
    {
        TrajectoryStep? step = null;
        foreach (var message in json.Items("history"))
        {
            if (message.Text("role") == "assistant")
            {
                if (step is not null)
                {
                    yield return step;
                }

                step = new TrajectoryStep(
                    (step?.Number ?? 0) + 1, message.Content(), message.Text("thought"), message.Text("action"), null, null, null, default);
            }
            else if (step is not null && message.Content() is { } observation)
            {
                var prompt = Prompt().Match(observation);
                step = step with
                {
                    Observation = step.Observation is null ? observation : $"{step.Observation}\n{observation}",
                    OpenFile = prompt.Success ? Path(prompt.Groups["file"].Value) : step.OpenFile,
                    WorkingDirectory = prompt.Success ? Path(prompt.Groups["folder"].Value) : step.WorkingDirectory,
                };
            }
        }

        if (step is not null)
        {
            yield return step;
        }
    }

    // JSON, in older files as text.
    private static JsonElement StateOf(JsonElement step)
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
            return default;
        }
    }

    private static string? Path(string? text) => text is null or "" or "n/a" ? null : text;

    private static string? TextOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return value.GetString()!.Replace('\0', '\uFFFD');
        }
        catch (InvalidOperationException)
        {
            var whole = SurrogateEscape().Replace(value.GetRawText(), m => m.Groups["pair"].Success ? m.Value : "\\ufffd");
            return JsonElement.Parse(whole).GetString()!.Replace('\0', '\uFFFD');
        }
    }

    [GeneratedRegex(@"\(Open file: (?<file>[^\r\n]*)\)\r?\n\(Current directory: (?<folder>[^\r\n]*)\)", RegexOptions.RightToLeft)]
    private static partial Regex Prompt();

    // An escaped backslash is taken first, so that what follows it is not read as an escape.
    [GeneratedRegex(@"(?<pair>\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")]
    private static partial Regex SurrogateEscape();
}
