using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Readers;
using Ledger.Testing;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>A long run must not need more memory than a short one.</summary>
internal sealed class ReadLongRun : Scenario
{
    private readonly Contender _ledger = new("Ledger", (bench, cancellationToken) => MemoryLoad.MeasureAsync(
        bench.Store.ReadForwardAsync(new StreamName(Databases.LongRun), cancellationToken: cancellationToken), cancellationToken));

    public override string Name => "read-memory";

    public override string Title => "memory that a read of one run of 1,000,000 events takes, each event's data typed";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_ledger];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.WorkingSet, _ledger) with { AtLeast = 100 },
        Goal.Absolute(Figure.Heap, _ledger) with { AtLeast = 100 },
    ];

    public override Task<TestDatabase> CreateDatabaseAsync(
        TestPostgres server, Workload workload, CancellationToken cancellationToken) =>
        Databases.CreateWithRunAsync(server, workload.LongEvents, cancellationToken);
}
