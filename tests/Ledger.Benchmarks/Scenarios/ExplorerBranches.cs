using Ledger.Benchmarks.Explorers;
using Ledger.Benchmarks.Measuring;
using Ledger.Testing;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>The tree of a run that was forked very often, some branches from branches.</summary>
internal sealed class ExplorerBranches : Scenario
{
    private readonly Contender _page = new("explorer", (bench, cancellationToken) => ExplorerServer.MeasureAsync(
        bench.Ledger, [.. Enumerable.Repeat("/branches?stream=run:tree", 13)], warmUp: 3, cancellationToken));

    public override string Name => "explorer-tree";

    public override string Title => "tree of 1,000 branches, as a page with lanes";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_page];

    public override IReadOnlyList<Goal> Goals => [Goal.Absolute(Figure.Middle, _page) with { AtLeast = 200 }];

    public override Task<TestDatabase> CreateDatabaseAsync(
        TestPostgres server, Workload workload, CancellationToken cancellationToken) =>
        Databases.CreateEmptyAsync(server, cancellationToken);

    public override async Task PrepareAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var run = bench.Ledger.GetRun("tree");
        await run.AppendAsync([.. Enumerable.Range(0, 100).Select(n => Payloads.Event(n))], cancellationToken);
        List<Run> made = [run];
        for (var i = 0; i < BranchesOf(bench.Workload); i++)
        {
            var parent = made[i % 10 == 0 ? 0 : (i * 7) % made.Count];
            var length = parent == run ? 100 : parent.History.PrefixLength.Value + 1;
            made.Add(await parent.ForkAsync(new Position(i % (length + 1)), new ForkOptions { Id = $"b-{i}" }, cancellationToken));
        }
    }

    private static int BranchesOf(Workload workload) => Math.Min(1_000, workload.LongEvents / 100);
}
