using System.Text;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests;

/// <summary>A recording that was imported before it ended is continued by the next import, wherever it was cut.</summary>
public sealed class GrowthTests
{
    [Theory]
    [InlineData("claude-code.jsonl", 1)]
    [InlineData("codex.jsonl", 7)]    // From the usage of the first answer on: before it, a file cannot be told from one without usages.
    [InlineData("openai-chat-lines.jsonl", 1)]
    public async Task Import_FileThatGrewByALine_IsTheWholeRecording(string name, int first)
    {
        var lines = Encoding.UTF8.GetString(SampleFile.Bytes(name)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var whole = (await Recording.Read(SampleFile.Bytes(name)).ImportAsync()).Ledger;
        var growing = new AgentLedger(new MemoryEventStore());
        for (var count = first; count <= lines.Length; count++)
        {
            await Recording.Read(string.Join('\n', lines[..count]) + "\n", SampleFile.All.Single(s => s.Name == name).Format).ImportAsync(growing);
        }

        await ShouldBeTheSameAsync(growing, whole, Recording.Read(SampleFile.Bytes(name)));
    }

    [Theory]
    [InlineData("claude-code.jsonl")]
    [InlineData("codex.jsonl")]
    public async Task Import_FileCutInTheMiddleOfALine_SaysWhereAndContinues(string name)
    {
        var bytes = SampleFile.Bytes(name);
        var whole = Recording.Read(bytes);
        foreach (var length in new[] { bytes.Length / 3, bytes.Length / 2, bytes.Length * 3 / 4, bytes.Length - 3 })
        {
            var cut = Recording.Read(bytes[..length]);
            cut.Cut.ShouldNotBeNull().Line.ShouldBeLessThanOrEqualTo(bytes.AsSpan(0, length).Count((byte)'\n') + 1);
            var (ledger, _) = await cut.ImportAsync();

            await whole.ImportAsync(ledger);

            await ShouldBeTheSameAsync(ledger, (await whole.ImportAsync()).Ledger, whole);
        }
    }

    [Fact]
    public async Task Import_DocumentThatHadEnded_IsContinued()
    {
        const string Before = """{"schema_version":"ATIF-v1.4","session_id":"s","agent":{"name":"a"},"steps":[{"step_id":1,"source":"user","message":"x"}],"final_metrics":{"total_steps":1}}""";
        const string After = """{"schema_version":"ATIF-v1.4","session_id":"s","agent":{"name":"a"},"steps":[{"step_id":1,"source":"user","message":"x"},{"step_id":2,"source":"agent","message":"y"}],"final_metrics":{"total_steps":2}}""";
        var (ledger, _) = await Recording.Read(Before).ImportAsync();

        (await Recording.Read(After).ImportAsync(ledger)).Single().WrittenEvents.ShouldBe(2);
        (await Recording.Read(After).ImportAsync(ledger)).Single().WrittenEvents.ShouldBe(0);

        (await (await ledger.OpenAsync("run:r")).ReadAllAsync()).Select(e => e.Type)
            .ShouldBe(["recording.started", "llm.request", "recording.ended", "llm.response", "recording.ended"]);
    }

    [Fact]
    public async Task Usage_TotalsOfARecordingThatHasGrown_CountOnce()
    {
        const string Steps = """{"schema_version":"ATIF-v1.4","session_id":"s","agent":{"name":"a"},"steps":[{"step_id":1,"source":"agent","message":"x"}""";
        var (ledger, _) = await Recording.Read(Steps + """],"final_metrics":{"total_cost_usd":0.25,"total_prompt_tokens":10}}""").ImportAsync();
        await Recording.Read(Steps + """,{"step_id":2,"source":"agent","message":"y"}],"final_metrics":{"total_cost_usd":0.75,"total_prompt_tokens":30}}""").ImportAsync(ledger);

        var usage = (await (await ledger.OpenAsync("run:r")).GetUsageAsync()).Whole;

        (usage.Calls, usage.CostUsd, usage.Tokens).ShouldBe((2, 0.75m, 30));
    }

    [Fact]
    public async Task Usage_AnswerWrittenInParts_IsThatOfItsLastPart()
    {
        var (ledger, _) = await Recording.Read(SampleFile.Bytes("claude-code.jsonl")).ImportAsync();

        var usage = (await (await ledger.OpenAsync("run:r")).GetUsageAsync()).Whole;

        // Two answers and two results; 10 + 9 and 20 + 5 tokens.
        (usage.Calls, usage.Failed, usage.Tokens).ShouldBe((4, 0, 44));
    }

    [Fact]
    public async Task Import_OtherContentUnderTheSameId_IsRefused()
    {
        var (ledger, _) = await Recording.Read("""[{"role":"user","content":"x"},{"role":"assistant","content":"y"}]""").ImportAsync();

        (await Should.ThrowAsync<Files.ImportRefusedException>(() => Recording.Read("""[{"role":"user","content":"z"}]""").ImportAsync(ledger)))
            .Reason.ShouldBe("'run:r' has another event at position 0. Nothing was written; import it under another id.");
    }

    private static async Task ShouldBeTheSameAsync(AgentLedger actual, AgentLedger expected, ForeignRecording read)
    {
        foreach (var recording in read.Recordings)
        {
            var stream = recording.Branch is null ? StreamName.Run(recording.Id) : StreamName.Branch(recording.Id);
            (await TextsAsync(actual, stream)).ShouldBe(await TextsAsync(expected, stream));
        }
    }

    private static async Task<List<string>> TextsAsync(AgentLedger ledger, StreamName stream) =>
        [.. (await (await ledger.OpenAsync(stream)).ReadAllAsync()).Select(e => $"{e.Metadata.ForeignId} {e.Type} {string.Join(' ', e.Metadata.ForeignCauses)} {e.ToJsonElement().GetRawText()}")];
}
