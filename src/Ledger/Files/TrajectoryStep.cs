using System.Text.Json;

namespace Ledger.Files;

/// <summary>One turn of a recorded agent: what the model said, what it did, what came back.</summary>
/// <param name="Number">Its place, from 1.</param>
internal sealed record TrajectoryStep(long Number)
{
    /// <summary>What the model said, or null.</summary>
    public string? Response { get; init; }

    /// <summary>The part of it that is not the action, or null.</summary>
    public string? Thought { get; init; }

    /// <summary>The command that it gave, or null.</summary>
    public string? Action { get; init; }

    /// <summary>What the command answered, or null.</summary>
    public string? Observation { get; init; }

    /// <summary>The file that was open afterwards, or null.</summary>
    public string? OpenFile { get; init; }

    /// <summary>The folder it worked in, or null.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>How long the command took, in seconds; undefined where it is not known.</summary>
    public JsonElement ExecutionTime { get; init; }

    /// <summary>The calls of tools as the model wrote them, an array; undefined where there are none.</summary>
    public JsonElement ToolCalls { get; init; }

    /// <summary>What of the model's answer is no text: its parts, blocks of thinking, counts of tokens, by name.</summary>
    public IReadOnlyDictionary<string, JsonElement> ResponseMore { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>What of the command's answer is no text: parts such as images, and the ids of the calls that it answers.</summary>
    public IReadOnlyDictionary<string, JsonElement> ResultMore { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The answers to calls of tools, as messages.</summary>
    public IReadOnlyList<JsonElement> Answers { get; init; } = [];

    /// <summary>What else the model was told before its next answer, as messages.</summary>
    public IReadOnlyList<JsonElement> Messages { get; init; } = [];

    /// <summary>Whether there is anything to it.</summary>
    public bool SaysSomething =>
        Response is not null || Thought is not null || Action is not null || Observation is not null
        || ToolCalls.ValueKind == JsonValueKind.Array || ResponseMore.Count > 0;
}
