using System.Diagnostics;
using Ledger.Benchmarks.Measuring;
using Ledger.Testing;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Forks of one parent against forks of another, in one database.</summary>
internal abstract class ForkScenario : Scenario
{
    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override Task<TestDatabase> CreateDatabaseAsync(
        TestPostgres server, Workload workload, CancellationToken cancellationToken) =>
        Databases.CreateWithRunAsync(server, workload.LongEvents, cancellationToken);

    /// <summary>Forks a parent many times, one after the other, and counts the events that this writes.</summary>
    protected static Contender Forks(string name, Func<Workbench, (StreamName Parent, Position At)> choose) =>
        new(name, (bench, cancellationToken) => MeasureAsync(bench, choose(bench), cancellationToken));

    private static async Task<Measurement> MeasureAsync(
        Workbench bench, (StreamName Stream, Position At) parent, CancellationToken cancellationToken)
    {
        var forks = bench.Workload.Forks;
        var eventsBefore = await bench.CountEventsAsync(cancellationToken);
        var latencies = new Latencies();
        for (var i = 0; i < forks; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await bench.Ledger.ForkAsync(parent.Stream, parent.At, cancellationToken: cancellationToken);
            latencies.Add(Stopwatch.GetTimestamp() - started);
        }

        return new Measurement
        {
            [Figure.Middle] = latencies.Milliseconds(0.50),
            [Figure.Tail] = latencies.Milliseconds(0.99),
            [Figure.EventsWritten] = (double)(await bench.CountEventsAsync(cancellationToken) - eventsBefore) / forks,
        };
    }
}
