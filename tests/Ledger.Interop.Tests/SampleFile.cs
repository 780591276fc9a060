using Ledger.Conformance.Conventions;

namespace Ledger.Interop.Tests;

/// <summary>Small recordings of each shape, written for these tests.</summary>
internal static class SampleFile
{
    public static string Folder { get; } = Path.Combine(SourceTree.Root, "tests", "Ledger.Interop.Tests", "Samples");

    /// <summary>The files with their formats.</summary>
    public static IReadOnlyList<(string Name, RecordingFormat Format)> All { get; } =
    [
        ("claude-code.jsonl", RecordingFormat.ClaudeCode),
        ("codex.jsonl", RecordingFormat.Codex),
        ("openhands.json", RecordingFormat.OpenHands),
        ("openhands-evaluation.jsonl", RecordingFormat.OpenHands),
        ("openhands-sdk.jsonl", RecordingFormat.OpenHands),
        ("mini-swe-agent.traj.json", RecordingFormat.MiniSweAgent),
        ("mini-swe-agent-messages.json", RecordingFormat.MiniSweAgent),
        ("swe-agent.traj", RecordingFormat.SweAgent),
        ("atif.json", RecordingFormat.Atif),
        ("openai-chat.json", RecordingFormat.OpenAIChat),
        ("openai-chat-lines.jsonl", RecordingFormat.OpenAIChat),
        ("openai-responses.json", RecordingFormat.OpenAIResponses),
        ("anthropic.json", RecordingFormat.Anthropic),
        ("otlp.json", RecordingFormat.Otlp),
        ("otlp-events.jsonl", RecordingFormat.Otlp),
        ("otlp-flat.jsonl", RecordingFormat.Otlp),
        ("otlp-ai-sdk.jsonl", RecordingFormat.Otlp),
        ("cloudevents.jsonl", RecordingFormat.CloudEvents),
        ("langfuse.json", RecordingFormat.Langfuse),
        ("langfuse-download.json", RecordingFormat.Langfuse),
        ("langfuse-rows.jsonl", RecordingFormat.Langfuse),
        ("phoenix.jsonl", RecordingFormat.Phoenix),
        ("langgraph.jsonl", RecordingFormat.LangGraph),
    ];

    public static Xunit.TheoryData<string> Names { get; } = [.. All.Select(sample => sample.Name)];

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    /// <summary>Compares with a file beside the sample, or writes it with <c>LEDGER_APPROVE=1</c>.</summary>
    public static void ShouldBeApproved(this string text, string name)
    {
        var path = Path.Combine(Folder, "Approved", $"{name}.txt");
        if (Environment.GetEnvironmentVariable("LEDGER_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            return;
        }

        Shouldly.ShouldBeStringTestExtensions.ShouldBe(text, File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "");
    }
}

