using Ledger.Benchmarks.Measuring;
using Ledger.Testing;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Forks of forks: the lineage grows by a segment with each, the cost should not.</summary>
internal sealed class ForkByDepth : ForkScenario
{
    private readonly Contender _deep = Forks("deep", bench => (BranchAt(bench.Workload.Depth), LengthAt(bench.Workload.Depth)));
    private readonly Contender _shallow = Forks("shallow", _ => (BranchAt(1), LengthAt(1)));

    public override string Name => "fork-depth";

    public override string Title => "fork of a branch at depth 100 and at depth 1, both with a segment for each level";

    public override IReadOnlyList<Contender> Contenders => [_deep, _shallow];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.Middle, _deep, _shallow) with { AtLeast = 1.2, Aim = 1.1 },
        Goal.Absolute(Figure.EventsWritten, _deep) with { AtLeast = 1, Aim = 1 },
    ];

    public override Task<TestDatabase> CreateDatabaseAsync(
        TestPostgres server, Workload workload, CancellationToken cancellationToken) =>
        Databases.CreateEmptyAsync(server, cancellationToken);

    public override async Task PrepareAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var parent = bench.Ledger.GetRun("root");
        await parent.AppendAsync([Payloads.Event(0)], cancellationToken);
        for (var depth = 1; depth <= bench.Workload.Depth; depth++)
        {
            var options = new ForkOptions { Id = BranchAt(depth).Id };
            parent = await bench.Ledger.ForkAsync(parent.StreamName, new Position(depth), options, cancellationToken);
        }
    }

    private static StreamName BranchAt(int depth) => StreamName.Branch($"depth-{depth}");

    private static Position LengthAt(int depth) => new(depth + 1);
}
