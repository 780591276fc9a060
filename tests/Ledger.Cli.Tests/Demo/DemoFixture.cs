using System.Text;
using Ledger.Cli.Demo;
using Ledger.Cli.Output;

namespace Ledger.Cli.Tests.Demo;

/// <summary>The demo on a log in memory.</summary>
internal static class DemoFixture
{
    public static Task<DemoResult> TellAsync(AgentLedger? ledger = null) =>
        DemoStory.TellAsync(ledger ?? new AgentLedger(new MemoryEventStore()), "demo-1", default);

    /// <summary>What a person reads who redirects the output into a file.</summary>
    public static string Print(DemoResult result, string program = "ledger")
    {
        using var text = new StringWriter { NewLine = "\n" };
        new DemoReport(new Printer(text, Stream.Null, width: null, colours: false)).Write(result, result.Next(program, ""));
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
                var json = Encoding.UTF8.GetString(e.Json.Span);
                foreach (var cause in e.Metadata.Causes)
                {
                    json = json.Replace(cause.ToString(), $"#{positions[cause]}", StringComparison.Ordinal);
                }

                return $"{e.Type} {e.Metadata.Actor} {e.Metadata.Source} [{string.Join(' ', e.Metadata.Causes.Select(c => positions[c]))}] {json}";
            }),
        ];
    }
}
