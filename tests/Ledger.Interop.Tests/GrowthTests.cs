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
    public async Task Import_RunNamedByPeopleMeanwhile_IsContinued()
    {
        const string First = """{"role":"user","content":"x"}""";
        const string Second = """{"role":"assistant","content":"y"}""";
        var (ledger, _) = await Recording.Read($"[{First}]").ImportAsync();
        var run = await ledger.OpenAsync("run:r");
        await run.RenameAsync("a title");
        await run.LabelAsync(["good"]);

        (await Recording.Read($"[{First},{Second}]").ImportAsync(ledger)).Single().WrittenEvents.ShouldBe(1);
        await run.AppendAsync([new RunCompleted()]);
        await run.AppendAsync([new RunFailed("no")]);
        (await Recording.Read($"[{First},{Second},{First}]").ImportAsync(ledger)).Single().WrittenEvents.ShouldBe(1);
        (await Recording.Read($"[{First},{Second},{First}]").ImportAsync(ledger)).Single().WrittenEvents.ShouldBe(0);

        (await run.ReadAllAsync()).Select(e => e.Type)
            .ShouldBe(["llm.request", "run.renamed", "run.labelled", "llm.response", "run.completed", "run.failed", "llm.request"]);
    }

    [Fact]
    public async Task Import_BranchesOfARunNamedMeanwhile_ForkAfterTheSameEvents()
    {
        var lines = Encoding.UTF8.GetString(SampleFile.Bytes("claude-code.jsonl")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var whole = Recording.Read(SampleFile.Bytes("claude-code.jsonl"));
        var expected = (await whole.ImportAsync()).Ledger;
        var ledger = new AgentLedger(new MemoryEventStore());
        for (var count = 1; count <= lines.Length; count++)
        {
            await Recording.Read(string.Join('\n', lines[..count]) + "\n", RecordingFormat.ClaudeCode).ImportAsync(ledger);
            foreach (var named in Recording.Read(string.Join('\n', lines[..count]) + "\n", RecordingFormat.ClaudeCode).Recordings)
            {
                await (await ledger.OpenAsync(StreamOf(named))).RenameAsync($"title {count}");
            }
        }

        foreach (var recording in whole.Recordings)
        {
            // The fork position counts the titles, so it is compared by the events before it.
            (await IdsAsync(ledger, StreamOf(recording))).ShouldBe(await IdsAsync(expected, StreamOf(recording)));
        }

        (await whole.ImportAsync(ledger)).Sum(r => r.WrittenEvents).ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    public async Task Import_SessionWithManySubagents_IsReadAsOftenAsOneWithout(int subagents)
    {
        var text = new StringBuilder("""{"type":"user","uuid":"u","parentUuid":null,"sessionId":"s","message":{"role":"user","content":"Boil water."}}""" + "\n");
        for (var i = 0; i < subagents; i++)
        {
            text.Append($$$"""{"type":"user","uuid":"s{{{i}}}","parentUuid":null,"isSidechain":true,"sessionId":"s","message":{"role":"user","content":"Find cup {{{i}}}."}}""").Append('\n');
            text.Append($$$"""{"type":"assistant","uuid":"t{{{i}}}","parentUuid":"s{{{i}}}","isSidechain":true,"sessionId":"s","message":{"id":"m{{{i}}}","role":"assistant","content":[{"type":"text","text":"Here."}]}}""").Append('\n');
        }

        using var source = RecordingSource.OfBytes("a file", Encoding.UTF8.GetBytes(text.ToString()));
        var read = Recordings.Read(source, "r");
        var (ledger, results) = await read.ImportAsync();
        var readings = source.Readings;

        results.Count(r => r.Parent is not null).ShouldBe(subagents);
        results.Sum(r => r.WrittenEvents).ShouldBe(1 + (3 * subagents));
        readings.ShouldBeLessThanOrEqualTo(5);

        // A branch by itself is as it was with the others.
        var branch = StreamOf(read.Recordings[^1]);
        (await TextsAsync(ledger, branch)).TakeLast(2).Select(text => text.Split(' ')[1]).ShouldBe(["llm.request", "llm.response"]);
        read.Recordings[^1].Lines().ShouldBe(Recordings.Read(source, "r").Recordings[^1].Lines());
    }

    [Fact]
    public async Task Import_LineOfAnEvaluation_ThenAnother_EachOnce()
    {
        var lines = Encoding.UTF8.GetString(SampleFile.Bytes("openhands-evaluation.jsonl")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var (ledger, first) = await Recording.Read(lines[0] + "\n").ImportAsync();

        var second = await Recording.Read(string.Join('\n', lines) + "\n").ImportAsync(ledger);

        first.Select(r => r.Stream.Value).ShouldBe(["run:r-kettle__1"]);
        second.Select(r => (r.Stream.Value, IsNew: r.WrittenEvents > 0)).ShouldBe([("run:r-kettle__1", false), ("run:r-kettle__2", true)]);
    }

    [Theory]
    [InlineData("turn_aborted")]
    [InlineData("task_complete")]
    [InlineData("error")]
    [InlineData("shutdown_complete")]
    public async Task Import_SessionThatWasInterrupted_HasItsLastAnswer(string end)
    {
        var session = Encoding.UTF8.GetString(SampleFile.Bytes("codex.jsonl"))
            + """{"timestamp":"2025-10-29T00:59:50.000Z","type":"response_item","payload":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Shall I pour?"}]}}""" + "\n";
        var before = Recording.Read(session);
        var after = Recording.Read(session + $$$"""{"timestamp":"2025-10-29T00:59:51.000Z","type":"event_msg","payload":{"type":"{{{end}}}","reason":"interrupted"}}""" + "\n");

        before.Cut.ShouldNotBeNull();
        after.Cut.ShouldBeNull();
        after.Recordings.Single().Lines().Split('\n')[^3..^1].Select(line => line[..line.IndexOf('<', StringComparison.Ordinal)])
            .ShouldBe(["line-12 llm.response ", $"line-13 codex.event_msg.{end} "]);
        var (ledger, _) = await before.ImportAsync();
        (await after.ImportAsync(ledger)).Single().WrittenEvents.ShouldBe(2);
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
            (await TextsAsync(actual, StreamOf(recording))).ShouldBe(await TextsAsync(expected, StreamOf(recording)));
        }
    }

    private static StreamName StreamOf(Files.EventRecording recording) => recording.Branch is null ? StreamName.Run(recording.Id) : StreamName.Branch(recording.Id);

    private static async Task<List<string>> IdsAsync(AgentLedger ledger, StreamName stream) =>
        [.. (await (await ledger.OpenAsync(stream)).ReadAllAsync()).Where(e => e.Type != "run.renamed").Select(e => $"{e.Metadata.ForeignId} {e.Type}")];

    private static async Task<List<string>> TextsAsync(AgentLedger ledger, StreamName stream) =>
        [.. (await (await ledger.OpenAsync(stream)).ReadAllAsync()).Select(e => $"{e.Metadata.ForeignId} {e.Type} {string.Join(' ', e.Metadata.ForeignCauses)} {e.ToJsonElement().GetRawText()}")];
}
