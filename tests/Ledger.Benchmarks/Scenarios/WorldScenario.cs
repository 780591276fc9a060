using System.Diagnostics;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Questions to worlds that are kept as rows.</summary>
internal abstract class WorldScenario : Scenario
{
    private const int Questions = 100;

    public override DatabaseLife Life => DatabaseLife.Scenario;

    /// <summary>Asks a question many times, each with its number.</summary>
    protected static Contender Asking(string name, Func<AgentLedger, Workload, int, CancellationToken, Task> ask) =>
        new(name, (bench, cancellationToken) => MeasureAsync(i => ask(bench.Ledger, bench.Workload, i, cancellationToken)));

    /// <summary>Takes the times of one question after the other.</summary>
    protected static async Task<Measurement> MeasureAsync(Func<int, Task> ask, int questions = Questions)
    {
        var latencies = new Latencies();
        for (var i = 0; i < questions; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await ask(i);
            latencies.Add(Stopwatch.GetTimestamp() - started);
        }

        return new Measurement { [Figure.Middle] = latencies.Milliseconds(0.50), [Figure.Tail] = latencies.Milliseconds(0.99) };
    }
}
