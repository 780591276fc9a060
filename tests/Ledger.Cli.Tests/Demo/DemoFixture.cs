using Ledger.Cli.Demo;
using Ledger.Cli.Demo.Files;
using Ledger.Cli.Output;
using Ledger.Events;
using Ledger.Runs;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Cli.Tests.Demo;

/// <summary>The demo on a log in memory.</summary>
internal static class DemoFixture
{
    public static Task<DemoResult> RunAsync(SourceFolder folder, ReadLimits? limits = null, AgentLedger? ledger = null)
    {
        var options = new DemoOptions { RunId = "demo-1", Limits = limits ?? new ReadLimits() };
        var listing = FolderListing.List(folder.Root, options.Limits, default);
        return DemoRun.RunAsync(ledger ?? new AgentLedger(new MemoryEventStore()), listing, options, null, default);
    }

    /// <summary>What the agent saw, without a judgement.</summary>
    public static async Task<World> ObserveAsync(SourceFolder folder, ReadLimits? limits = null)
    {
        limits ??= new ReadLimits();
        var run = Run.InMemory("observed");
        await new CodebaseAgent(run, limits).ObserveAsync(FolderListing.List(folder.Root, limits, default), default);
        return await run.GetWorldAsync();
    }

    /// <summary>What a person reads who redirects the output into a file.</summary>
    public static string Print(DemoResult result)
    {
        using var text = new StringWriter { NewLine = "\n" };
        new DemoReport(new Printer(text, Stream.Null, width: null, colours: false)).Write(result, result.Next("ledger", ""));
        return text.ToString();
    }

    /// <summary>The events without their ids and times: causes are named by position.</summary>
    public static IReadOnlyList<string> Describe(IReadOnlyList<RecordedEvent> history)
    {
        var positions = history.Select((e, i) => (e.Id, Position: i)).ToDictionary(e => e.Id, e => e.Position);
        return
        [
            .. history.Select(e =>
            {
                var json = System.Text.Encoding.UTF8.GetString(e.Json.Span);
                foreach (var cause in e.Metadata.Causes)
                {
                    json = json.Replace(cause.ToString(), $"#{positions[cause]}", StringComparison.Ordinal);
                }

                return $"{e.Type} {e.Metadata.Actor} {e.Metadata.Source} [{string.Join(' ', e.Metadata.Causes.Select(c => positions[c]))}] {json}";
            }),
        ];
    }
}
