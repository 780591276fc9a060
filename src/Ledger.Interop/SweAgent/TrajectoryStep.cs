using System.Text.Json;

namespace Ledger.Interop.SweAgent;

/// <summary>One turn of a recorded agent: the model's answer, its command, and the observation.</summary>
/// <param name="Number">The number of the step, from 1.</param>
internal sealed record TrajectoryStep(long Number)
{
    /// <summary>What the model said, or null.</summary>
    public string? Response { get; init; }

    /// <summary>The answer without the action, or null.</summary>
    public string? Thought { get; init; }

    /// <summary>The command of the model, or null.</summary>
    public string? Action { get; init; }

    /// <summary>The output of the command, or null.</summary>
    public string? Observation { get; init; }

    /// <summary>The file that is open after the step, or null.</summary>
    public string? OpenFile { get; init; }

    /// <summary>The working folder, or null.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The duration of the command in seconds; undefined if unknown.</summary>
    public JsonElement ExecutionTime { get; init; }

    /// <summary>The tool calls as the model wrote them, an array; undefined if there are none.</summary>
    public JsonElement ToolCalls { get; init; }

    /// <summary>The parts of the model's answer that are not text, by name: content parts, thinking blocks, token counts.</summary>
    public IReadOnlyDictionary<string, JsonElement> ResponseMore { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The parts of the output that are not text, such as images, and the ids of the calls it answers.</summary>
    public IReadOnlyDictionary<string, JsonElement> ResultMore { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The answers to tool calls, as messages.</summary>
    public IReadOnlyList<JsonElement> Answers { get; init; } = [];

    /// <summary>Further messages to the model before its next answer.</summary>
    public IReadOnlyList<JsonElement> Messages { get; init; } = [];

    /// <summary>Whether the step has any content.</summary>
    public bool SaysSomething =>
        Response is not null || Thought is not null || Action is not null || Observation is not null
        || ToolCalls.ValueKind == JsonValueKind.Array || ResponseMore.Count > 0;
}
