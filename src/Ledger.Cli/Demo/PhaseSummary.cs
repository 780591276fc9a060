using Ledger.Cli.Output;
using System.Text.Json;
using Ledger.Events;
using Ledger.Streams;

namespace Ledger.Cli.Demo;

/// <summary>A row of events in one phase, in a sentence.</summary>
/// <param name="Phase">The phase, one of <see cref="DemoPhase"/>, without its prefix.</param>
/// <param name="From">The position of its first event.</param>
/// <param name="Events">How many there are.</param>
/// <param name="Text">What happened.</param>
internal sealed record PhaseSummary(string Phase, Position From, int Events, string Text)
{
    /// <summary>The position of its last event.</summary>
    public Position Last => new(From.Value + Events - 1);

    /// <summary>Summarises events that were read from a history, in their order.</summary>
    public static IReadOnlyList<PhaseSummary> Of(IReadOnlyList<RecordedEvent> events)
    {
        var phases = new List<PhaseSummary>();
        for (var start = 0; start < events.Count;)
        {
            var source = events[start].Metadata.Source;
            var rows = events.Skip(start).TakeWhile(e => e.Metadata.Source == source).ToList();
            phases.Add(new PhaseSummary(NameOf(source), events[start].Position ?? new Position(start), rows.Count, Describe(source, rows)));
            start += rows.Count;
        }

        return phases;
    }

    private static string NameOf(string? source) => source is null ? "" : source[(source.LastIndexOf('/') + 1)..];

    private static string Describe(string? source, List<RecordedEvent> events) => source switch
    {
        DemoPhase.List => $"found {Result(events, "files", "file")} in {Result(events, "folders", "folder")}{Skipped(events)}",
        DemoPhase.Read => $"read {Result(events, "read", "file")}, {Result(events, "lines", "line")}{Skipped(events)}",
        DemoPhase.Relate =>
            $"found {Result(events, "references", "reference")}, {Result(events, "namespaces", "namespace")}; {Result(events, "unresolved", "name")} of others",
        DemoPhase.Fork => $"shares {Printable.Count(events.Select(e => e.Data).OfType<BranchCreated>().Sum(b => b.ForkPosition), "event")} with its parent, copies none",
        DemoPhase.Judge => $"rule '{RuleOf(events)}': {Printable.Count(events.Count(e => e.Data is ObjectCreated), "finding")}",
        _ => Printable.Count(events.Count, "event"),
    };

    private static string Result(List<RecordedEvent> events, string member, string one) => Printable.Count(Sum(events, member), one);

    private static string Skipped(List<RecordedEvent> events)
    {
        var reasons = Results(events)
            .Where(result => result.TryGetProperty("skipped_files", out _))
            .SelectMany(result => result.GetProperty("skipped_files").EnumerateArray())
            .Select(skipped => skipped.GetProperty("reason").GetString()!)
            .Distinct()
            .Order(StringComparer.Ordinal);
        return Sum(events, "skipped") is var count and > 0 ? $"; left out {Printable.Number(count)} ({string.Join(", ", reasons)})" : "";
    }

    private static long Sum(List<RecordedEvent> events, string member) =>
        Results(events).Sum(result => result.TryGetProperty(member, out var number) ? number.GetInt64() : 0);

    private static IEnumerable<JsonElement> Results(List<RecordedEvent> events) =>
        events.Select(e => e.Data).OfType<ToolReturned>().Select(returned => returned.Result);

    private static string RuleOf(List<RecordedEvent> events) =>
        events.Select(e => e.Data).OfType<ResponderFired>().Select(fired => fired.More!["rule"].GetString()!).FirstOrDefault("");
}
