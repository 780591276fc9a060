using Ledger.Benchmarks.Explorers;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>The page of very many runs, as a browser gets it: by how they are doing and by cost; and as a program reads them.</summary>
internal sealed class ExplorerRuns : RunSummaryScenario
{
    private const int EventsOfRun = 10;

    private readonly Contender _latest = Asking("latest", "/");
    private readonly Contender _failed = Asking("failed", "/?status=failed");
    private readonly Contender _dearest = Asking("dearest", "/?order=cost");
    private readonly Contender _program = Asking("API, done", "/api/v1/runs?status=done");

    public override string Name => "explorer-runs";

    public override string Title => "100,000 runs: the page of the list by status and cost, and the same for a program";

    public override IReadOnlyList<Contender> Contenders => [_latest, _failed, _dearest, _program];

    public override IReadOnlyList<Goal> Goals => [.. Contenders.Select(list => Goal.Absolute(Figure.Middle, list) with { AtLeast = 100 })];

    protected override (int Runs, int Events) SizeIn(Workload workload) => (workload.LongEvents / EventsOfRun, EventsOfRun);

    private static Contender Asking(string name, string path) => new(name, (bench, cancellationToken) => ExplorerServer.MeasureAsync(
        bench.Ledger, [.. Enumerable.Repeat(path, 23)], warmUp: 3, cancellationToken));
}
