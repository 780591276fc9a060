using System.Text;
using System.Text.Json;
using Ledger.Files;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests;

/// <summary>What went out comes in as it was, and what came in goes out.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public async Task Atif_InOutIn_TheSameEvents()
    {
        var read = Recording.Read(SampleFile.Bytes("atif.json"));
        var (ledger, _) = await read.ImportAsync();

        var written = Recording.Read(await AtifAsync(ledger, "run:r"));

        // The runs of subagents are files of their own.
        LinesWithoutSubagents(written).ShouldBe(LinesWithoutSubagents(read));
    }

    [Theory]
    [MemberData(nameof(SampleFile.Names), MemberType = typeof(SampleFile))]
    public async Task Atif_OutInOut_TheSameTrajectory(string name)
    {
        var read = Recording.Read(SampleFile.Bytes(name));
        var (ledger, _) = await read.ImportAsync();
        var once = await AtifAsync(ledger, $"run:{read.Recordings[0].Id}");

        var (again, _) = await Recording.Read(once).ImportAsync();

        Json(await AtifAsync(again, "run:r")).ShouldBe(Json(once));
    }

    [Theory]
    [MemberData(nameof(SampleFile.Names), MemberType = typeof(SampleFile))]
    public async Task EventFile_OutIn_TheSameEvents(string name)
    {
        var read = Recording.Read(SampleFile.Bytes(name));
        var (ledger, _) = await read.ImportAsync();
        var lines = await EventFileAsync(ledger, $"run:{read.Recordings[0].Id}");

        var copy = new AgentLedger(new MemoryEventStore());
        await new EventImporter(copy).ImportAsync(EventRecording.Inspect("r", () => EventFile.Read(lines)));

        (await EventFileAsync(copy, "run:r")).ShouldBe(lines);
    }

    [Theory]
    [InlineData("openai-chat.json")]
    [InlineData("anthropic.json")]
    [InlineData("codex.jsonl")]
    public async Task Chat_OutInOut_TheSameMessages(string name)
    {
        var (ledger, _) = await Recording.Read(SampleFile.Bytes(name)).ImportAsync();
        var once = await ChatAsync(ledger, "run:r");

        var (again, _) = await Recording.Read(once, RecordingFormat.OpenAIChat).ImportAsync();

        Json(await ChatAsync(again, "run:r")).ShouldBe(Json(once));
    }

    [Fact]
    public async Task Chat_ClaudeCode_EachBranchIsAConversation()
    {
        var (ledger, _) = await Recording.Read(SampleFile.Bytes("claude-code.jsonl")).ImportAsync();

        RolesOf(await ChatAsync(ledger, "run:r")).ShouldBe("user assistant tool tool assistant user");
        RolesOf(await ChatAsync(ledger, "branch:r-branch-2")).ShouldBe("user user");
    }

    [Fact]
    public async Task Chat_RunRecordedByLedger_RepeatedMessagesOnce()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        var run = await ledger.StartRunAsync("own");
        await run.AppendAsync([Request("""[{"role":"user","content":"a"}]"""), new LlmResponse("b")]);
        await run.AppendAsync([Request("""[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]"""), new LlmResponse("d")]);
        await run.AppendAsync([Request("""[{"role":"user","content":"other"}]"""), new LlmResponse("e")]);

        Encoding.UTF8.GetString(await ChatAsync(ledger, "run:own")).ShouldBe(
            """
            {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"},{"role":"assistant","content":"d"}]}
            {"messages":[{"role":"user","content":"other"},{"role":"assistant","content":"e"}]}

            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("otlp.json")]
    [InlineData("otlp-events.jsonl")]
    [InlineData("otlp-flat.jsonl")]
    [InlineData("otlp-ai-sdk.jsonl")]
    public async Task Otlp_InOutIn_TheSameEvents(string name)
    {
        var read = Recording.Read(SampleFile.Bytes(name));
        var (ledger, _) = await read.ImportAsync();
        foreach (var recording in read.Recordings)
        {
            var written = Recording.Read(await OtlpAsync(ledger, $"run:{recording.Id}"));

            written.Recordings.Single().Read().Select(Sorted).ShouldBe(recording.Read().Select(Sorted));
        }
    }

    [Theory]
    [MemberData(nameof(SampleFile.Names), MemberType = typeof(SampleFile))]
    public async Task Otlp_OutInOut_TheSameSpansAndCalls(string name)
    {
        var read = Recording.Read(SampleFile.Bytes(name));
        var (ledger, _) = await read.ImportAsync();
        var run = await ledger.OpenAsync($"run:{read.Recordings[0].Id}");
        var once = await OtlpAsync(ledger, run.StreamName.Value);

        var (again, _) = await Recording.Read(once).ImportAsync();

        Json(await OtlpAsync(again, "run:r")).ShouldBe(Json(once));
        var (before, after) = ((await run.GetUsageAsync()).Whole, (await (await again.OpenAsync("run:r")).GetUsageAsync()).Whole);
        after.Calls.ShouldBe(before.Calls);
    }

    [Fact]
    public async Task Atif_WorldEvents_AreCounted()
    {
        var (ledger, _) = await Recording.Read(SampleFile.Bytes("swe-agent.traj")).ImportAsync();

        var report = await RecordingExport.WriteAtifAsync(await ledger.OpenAsync("run:r"), Stream.Null);

        report.LeftOut.Select(l => l.Key).ShouldContain("object.created");
    }

    // The order of members says nothing.
    private static string Sorted(NewEvent item)
    {
        var line = Recording.Line(item);
        var start = line.IndexOf('{', StringComparison.Ordinal);
        return line[..start] + Sorted(System.Text.Json.Nodes.JsonNode.Parse(line[start..]))!.ToJsonString();
    }

    private static System.Text.Json.Nodes.JsonNode? Sorted(System.Text.Json.Nodes.JsonNode? node) => node switch
    {
        System.Text.Json.Nodes.JsonObject json => new System.Text.Json.Nodes.JsonObject(
            json.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value)))),
        System.Text.Json.Nodes.JsonArray array => new System.Text.Json.Nodes.JsonArray([.. array.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static LlmRequest Request(string messages) => new(JsonElement.Parse(messages));

    private static string RolesOf(byte[] line) =>
        string.Join(' ', JsonElement.Parse(line).GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("role").GetString()));

    private static string Json(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static List<string> LinesWithoutSubagents(ForeignRecording read) =>
        [.. read.Recordings[0].Read().Select(Recording.Line).Select(line => System.Text.RegularExpressions.Regex.Replace(line, ",\"(subagent_runs|runs)\":\\[[^]]*\\]", ""))];

    private static async Task<byte[]> AtifAsync(AgentLedger ledger, string stream)
    {
        using var output = new MemoryStream();
        await RecordingExport.WriteAtifAsync(await ledger.OpenAsync(stream), output);
        return output.ToArray();
    }

    private static async Task<byte[]> ChatAsync(AgentLedger ledger, string stream)
    {
        using var output = new MemoryStream();
        await foreach (var line in RecordingExport.ReadChatLinesAsync(await ledger.OpenAsync(stream)))
        {
            output.Write(line.Span);
        }

        return output.ToArray();
    }

    private static async Task<byte[]> OtlpAsync(AgentLedger ledger, string stream)
    {
        using var output = new MemoryStream();
        await foreach (var line in RecordingExport.ReadOtlpLinesAsync(await ledger.OpenAsync(stream)))
        {
            output.Write(line.Span);
        }

        return output.ToArray();
    }

    private static async Task<byte[]> EventFileAsync(AgentLedger ledger, string stream)
    {
        using var output = new MemoryStream();
        await foreach (var line in EventExport.ReadLinesAsync(await ledger.OpenAsync(stream)))
        {
            output.Write(line.Span);
        }

        return output.ToArray();
    }
}
