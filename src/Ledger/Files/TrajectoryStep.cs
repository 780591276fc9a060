using System.Text.Json;

namespace Ledger.Files;

/// <summary>One turn of a recorded agent: what the model said, what it did, what came back.</summary>
/// <param name="Number">Its place, from 1.</param>
/// <param name="Response">What the model said, or null.</param>
/// <param name="Thought">The part of it that is not the action, or null.</param>
/// <param name="Action">The command that it gave, or null.</param>
/// <param name="Observation">What the command answered, or null.</param>
/// <param name="OpenFile">The file that was open afterwards, or null.</param>
/// <param name="WorkingDirectory">The folder it worked in, or null.</param>
/// <param name="ExecutionTime">How long the command took, in seconds; undefined where it is not known.</param>
internal sealed record TrajectoryStep(
    long Number,
    string? Response,
    string? Thought,
    string? Action,
    string? Observation,
    string? OpenFile,
    string? WorkingDirectory,
    JsonElement ExecutionTime);
