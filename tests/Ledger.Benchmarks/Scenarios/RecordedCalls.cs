using System.Diagnostics;
using Ledger.Benchmarks.Measuring;
using Ledger.Runs;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>What recording a call costs that takes no time itself: a request before it and an answer after it, beside single appends to a run of the same kind.</summary>
internal sealed class RecordedCalls : Scenario
{
    private readonly Contender _calls = new("recorded call", (bench, cancellationToken) => MeasureAsync(bench, async (run, n) => await run.CallAsync(
        "llm",
        $$"""{"model":"scripted","messages":["New finding about something that is quite long enough {{n}}"]}""",
        (_, _) => Task.FromResult(CallResponse.OfText("an answer of a few words")),
        cancellationToken: cancellationToken)));

    private readonly Contender _appends = new(
        "append", (bench, cancellationToken) => MeasureAsync(bench, async (run, n) => await run.AppendAsync([Payloads.Event(n)], cancellationToken)));

    public override string Name => "calls-recorded";

    public override string Title => "a call that is recorded, beside an append";

    public override IReadOnlyList<Contender> Contenders => [_calls, _appends];

    public override IReadOnlyList<Goal> Goals => [Goal.Ratio(Figure.Middle, _calls, _appends) with { AtLeast = 2.2 }, Goal.Absolute(Figure.Middle, _calls)];

    private static async Task<Measurement> MeasureAsync(Workbench bench, Func<Run, int, Task> work)
    {
        var run = bench.Ledger.GetRun($"{Guid.NewGuid()}");
        var latencies = new Latencies();
        var calls = bench.Workload.Forks * 5;
        for (var n = 0; n < calls; n++)
        {
            var started = Stopwatch.GetTimestamp();
            await work(run, n);
            if (n >= calls / 5)
            {
                latencies.Add(Stopwatch.GetTimestamp() - started);
            }
        }

        return new Measurement { [Figure.Middle] = latencies.Milliseconds(0.50), [Figure.Tail] = latencies.Milliseconds(0.99) };
    }
}
