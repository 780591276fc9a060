using Shouldly;

namespace Ledger.Interop.Tests;

/// <summary>Recordings that others made with the tools themselves.</summary>
public sealed class RealRecordingTests
{
    [RecordedTheory]
    [Xunit.InlineData("recordings/atif-1.4-made.json", "atif", 1, 1, 1)]
    [Xunit.InlineData("recordings/claude-code-session.jsonl", "claude-code", 1, 5, 2)]
    [Xunit.InlineData("recordings/mini-swe-agent-local.traj.json", "mini-swe-agent", 1, 2, 2)]
    [Xunit.InlineData("recordings/openhands-evaluation.json", "openhands", 1, 2, 2)]
    [Xunit.InlineData("recordings/openhands-events.json", "openhands", 1, 2, 2)]
    [Xunit.InlineData("recordings/swe-agent-ctf.traj", "swe-agent", 1, 21, 21)]
    [Xunit.InlineData("recordings/swe-agent-function-calling.traj", "swe-agent", 1, 5, 5)]
    [Xunit.InlineData("swe-agent/humanevalfix-0.traj", "swe-agent", 1, 5, 5)]
    [Xunit.InlineData("swe-agent/marshmallow-1867.traj", "swe-agent", 1, 11, 11)]
    [Xunit.InlineData("swe-agent/simple.traj", "swe-agent", 1, 5, 5)]
    [Xunit.InlineData("recordings/otlp-genai-made.jsonl", "otlp", 1, 1, 0)]
    public async Task Import_Recording_CallsWithResultsAndNoTextLost(string name, string format, int runs, int answers, int calls)
    {
        using var source = Recorded.Open(name);
        var read = Recordings.Read(source, "r");

        (read.Format.Name, read.Totals.Runs, read.Totals.ModelCalls, read.Totals.ToolCalls).ShouldBe((format, runs, answers, calls));
        var (ledger, results) = await read.ImportAsync();
        results.Sum(r => r.WrittenEvents).ShouldBe(read.Totals.Events);
        (await read.ImportAsync(ledger)).Sum(r => r.WrittenEvents).ShouldBe(0);
        var events = await (await ledger.OpenAsync($"run:{read.Recordings[0].Id}")).ReadAllAsync();
        foreach (var returned in events.Where(e => e.Type == "tool.returned"))
        {
            var call = events.Single(e => e.Metadata.ForeignId == returned.Metadata.ForeignCauses[0]);
            call.Type.ShouldBe("tool.called");
            events.Single(e => e.Metadata.ForeignId == call.Metadata.ForeignCauses[0]).Type.ShouldBe("llm.response");
        }

        SampleTests.ShouldHoldEveryText(await File.ReadAllBytesAsync(Path.Combine(Recorded.Folder, name)));
    }

    [RecordedTheory]
    [Xunit.InlineData("recordings/claude-code-session.jsonl", 218, 445)]
    [Xunit.InlineData("recordings/openhands-events.json", 8132, 1312)]
    [Xunit.InlineData("recordings/atif-1.4-made.json", 7, 3)]
    [Xunit.InlineData("recordings/otlp-genai-made.jsonl", 12, 0)]
    public void Read_Recording_TokensOfEachAnswerOnce(string name, long input, long output)
    {
        using var source = Recorded.Open(name);

        var totals = Recordings.Read(source, "r").Totals;

        (totals.InputTokens, totals.OutputTokens).ShouldBe((input, output));
    }

}
