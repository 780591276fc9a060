using System.Globalization;
using System.Text;
using Ledger.Benchmarks.Reporting;

namespace Ledger.Benchmarks.Scales;

/// <summary>The page with the figures of one or two sizes.</summary>
internal static class ScaleReport
{
    private const double Asked = 1.5;
    private const string No = "**no**";

    /// <summary>Whether everything stayed within what is asked: p50, p95, the time per event and the heap.</summary>
    public static bool IsWithin(string page) => !page.Contains(No, StringComparison.Ordinal);

    public static string Of(Machine machine, string why, IReadOnlyList<ScaleResult> results)
    {
        var (page, small, large) = (new StringBuilder(), results[0], results[^1]);
        var compares = results.Count > 1;
        page.Append("# A large log\n\n");
        page.Append("`./build.sh scale` makes a log of 1,000,000 events and a large one, and measures the same calls on both: latencies (p50 and p95) are to stay within\n");
        page.Append("1.5 times, long work within 1.5 times per event and in heap; else it ends with 1. `LEDGER_SCALE=10000000 ./build.sh scale` names the size. This page is what it wrote last; what each call reads is in [large logs](large-logs.md).\n\n");
        page.Append(Text($"Measured {machine.When}; {why}.\n\n"));
        foreach (var line in machine.Lines)
        {
            page.Append(Text($"- {line}\n"));
        }

        foreach (var result in results)
        {
            page.Append(Text($"- {result.Plan.Events:N0} events: {result.Plan.Runs:N0} runs of {ScalePlan.EventsOfRun:N0}, one of {result.Plan.LongRun:N0}, {result.Plan.Branches:N0} branches; database {result.DatabaseBytes / 1e9:0.0} GB, "));
            page.Append(Text($"{result.DatabaseBytes / (double)result.Plan.Events:N0} bytes an event, of which {result.EventBytes / (double)result.Plan.Events:N0} are the event and its indexes; made in {result.Made.TotalSeconds:N0} s\n"));
        }

        page.Append("\n## Calls\n\nOne caller, 200 calls on each log, 20 in turn, after 40 to warm up; each is about another run. Milliseconds.\n\n");
        page.Append(compares
            ? Text($"| call | {small.Plan.Events:N0}: p50 | p95 | {large.Plan.Events:N0}: p50 | p95 | ratio of p50 | within {Asked} |\n|---|---|---|---|---|---|---|\n")
            : Text($"| call | {small.Plan.Events:N0}: p50 | p95 |\n|---|---|---|\n"));
        foreach (var (before, after) in small.Questions.Zip(large.Questions))
        {
            page.Append(Text($"| {before.Name} | {before.Middle:0.00} | {before.Tail:0.00} |"));
            page.Append(compares ? Text($" {after.Middle:0.00} | {after.Tail:0.00} | {after.Middle / before.Middle:0.00} | {Verdict(after.Middle <= Asked * before.Middle && after.Tail <= Asked * before.Tail)} |\n") : "\n");
        }

        page.Append("\n## Long work\n\nSeconds, microseconds an event, and the largest heap of the program that does it.\n\n");
        page.Append(compares
            ? Text($"| work | {small.Plan.Events:N0}: s | µs/event | MB | {large.Plan.Events:N0}: s | µs/event | MB | ratio per event | within {Asked} |\n|---|---|---|---|---|---|---|---|---|\n")
            : Text($"| work | {small.Plan.Events:N0}: s | µs/event | MB |\n|---|---|---|---|\n"));
        foreach (var (before, after) in small.Work.Zip(large.Work))
        {
            var (first, second) = (Each(small, before), Each(large, after));
            page.Append(Text($"| {before.Name}{(before.Bytes is { } bytes ? Text($", {bytes / 1e6:N0} MB") : "")}{(compares && after.Bytes is { } more ? Text($" and {more / 1e6:N0} MB") : "")} "));
            page.Append(Text($"| {before.Time.TotalSeconds:0.0} | {first:0.0} | {before.HeapMegabytes:0} |"));
            page.Append(compares ? Text($" {after.Time.TotalSeconds:0.0} | {second:0.0} | {after.HeapMegabytes:0} | {second / first:0.00} | {Verdict(second <= Asked * first && after.HeapMegabytes <= Asked * before.HeapMegabytes)} |\n") : "\n");
        }

        return page.ToString();
    }

    private static string Verdict(bool isWithin) => isWithin ? "yes" : No;

    private static double Each(ScaleResult result, WorkFigure figure) => figure.Time.TotalMicroseconds / result.Plan.Events;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
