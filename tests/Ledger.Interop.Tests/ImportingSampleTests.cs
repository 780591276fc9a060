using System.Text;
using Ledger.Interop.Tests.LangGraph;
using Ledger.Parquet;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests;

/// <summary>The samples of the page on importing.</summary>
public sealed class ImportingSampleTests
{
    [Fact]
    public async Task Import_ThenExport_InALine()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        var path = Path.Combine(SampleFile.Folder, "claude-code.jsonl");
        using var output = new MemoryStream();
        var printed = new List<string>();

        // sample: import
        using var source = RecordingSource.OfFile(path);
        var recording = Recordings.Read(source, "kettle");          // checks the whole file; nothing is written yet
        var (runs, branches, calls) = (recording.Totals.Runs, recording.Totals.Branches, recording.Totals.ToolCalls);
        printed.Add($"{recording.Format}: {runs} run, {branches} branches, {calls} tool calls");

        await recording.ImportAsync(ledger);                        // again: writes only what is new

        var run = await ledger.OpenAsync("run:kettle");
        await foreach (var line in RecordingExport.ReadChatLinesAsync(run))
        {
            output.Write(line.Span);                                // {"messages": […]}
        }
        // end of sample

        printed.ShouldBe(["claude-code: 1 run, 2 branches, 2 tool calls"]);
        Encoding.UTF8.GetString(output.ToArray()).ShouldStartWith("{\"messages\":[{\"role\":\"user\",\"content\":\"Boil water.\"}");
        (await recording.ImportAsync(ledger)).Sum(r => r.WrittenEvents).ShouldBe(0);
    }

    [Fact]
    public async Task Import_CheckpointsOfLangGraph_ThenTables()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        using var database = CheckpointFile.Of("langgraph-js.sqlite");
        await using var connection = database.Connect();
        using var file = new MemoryStream();

        // sample: langgraph
        using var source = await RecordingSource.OfLangGraphAsync(connection, "agents", threads: ["kettle"]);
        var recording = Recordings.Read(source, "support");
        await recording.ImportAsync(ledger);                        // run:support-kettle and its branches
        // end of sample

        // sample: parquet
        var run = await ledger.OpenAsync("run:support-kettle");
        await ParquetExport.WriteCallsAsync(run, file);
        // end of sample

        recording.Recordings[0].Id.ShouldBe("support-kettle");
        file.Length.ShouldBeGreaterThan(0);
    }
}
