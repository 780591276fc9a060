using System.Text.Json.Nodes;
using Ledger.Runs;

namespace Ledger.Conformance.Runs;

/// <summary>An agent whose model and tool follow a script: each question holds the answer before, as in a conversation.</summary>
internal sealed class ScriptedKit
{
    private const int Steps = 4;

    /// <summary>The calls that were made, in order.</summary>
    public List<string> Made { get; } = [];

    /// <summary>Executes the whole script, whatever the run holds already.</summary>
    public async Task ExecuteAsync(Run run)
    {
        var known = "";
        for (var step = 1; step <= Steps; step++)
        {
            var question = new JsonObject { ["model"] = "scripted", ["messages"] = new JsonArray(known, $"step {step}") };
            var thought = await run.CallOnceAsync("llm", question.ToJsonString(), Answer($"thought {step}"));
            var arguments = new JsonObject { ["tool"] = "look", ["arguments"] = new JsonObject { ["at"] = thought.Text } };
            var seen = await run.CallOnceAsync("tool", arguments.ToJsonString(), Answer($"seen {step}"));
            known = $"{thought.Text}, {seen.Text}";
            await run.AppendAsync([new ObjectCreated($"fact-{step}", "Fact", new JsonObject { ["text"] = known })]);
        }
    }

    private Func<CancellationToken, Task<CallResponse>> Answer(string text) => _ =>
    {
        Made.Add(text);
        return Task.FromResult(CallResponse.OfText(text) with { CostUsd = 0.01m, InputTokens = 100, OutputTokens = 10 });
    };
}
