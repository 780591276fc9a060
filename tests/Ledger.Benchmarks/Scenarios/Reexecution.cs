using System.Diagnostics;
using Ledger.Benchmarks.Measuring;
using Ledger.Runs;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>A script of calls is executed again on forks: the log answers those of the shared prefix, and only the others are made.</summary>
internal sealed class Reexecution : Scenario
{
    private const int Calls = 100;
    private const int EventsPerCall = 2;
    private const int SharedCalls = 75;

    private readonly Contender _fork = new("on a fork", async (bench, cancellationToken) =>
    {
        var run = bench.Ledger.GetRun("script");
        var branch = await run.ForkAsync(new Position(SharedCalls * EventsPerCall), cancellationToken: cancellationToken);
        return await ExecuteAsync(branch, cancellationToken);
    });

    private readonly Contender _new = new("on a new run", async (bench, cancellationToken) =>
        await ExecuteAsync(await bench.Ledger.StartRunAsync(cancellationToken: cancellationToken), cancellationToken));

    public override string Name => "reexecution";

    public override string Title => "100 calls executed again on a fork that shares 75 of them, and on a new run";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_fork, _new];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.CallsMade, _fork) with { AtLeast = Calls - SharedCalls, Aim = Calls - SharedCalls },
        Goal.Ratio(Figure.Middle, _fork, _new),
    ];

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) =>
        ExecuteAsync(bench.Ledger.GetRun("script"), cancellationToken);

    private static async Task<Measurement> ExecuteAsync(Run run, CancellationToken cancellationToken)
    {
        var made = 0;
        var latencies = new Latencies();
        for (var n = 0; n < Calls; n++)
        {
            var started = Stopwatch.GetTimestamp();
            await run.CallOnceAsync(
                "llm",
                $$"""{"model": "scripted", "messages": ["step {{n}}"]}""",
                _ =>
                {
                    made++;
                    return Task.FromResult(CallResponse.OfText($"answer {n}"));
                },
                cancellationToken: cancellationToken);
            latencies.Add(Stopwatch.GetTimestamp() - started);
        }

        return new Measurement { [Figure.Middle] = latencies.Milliseconds(0.50), [Figure.CallsMade] = made };
    }
}
