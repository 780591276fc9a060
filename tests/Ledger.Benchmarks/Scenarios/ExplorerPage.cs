using Ledger.Benchmarks.Explorers;
using Ledger.Benchmarks.Measuring;
using Ledger.Testing;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>The page of a very long run: what a viewer waits for first.</summary>
internal sealed class ExplorerPage : Scenario
{
    private readonly Contender _page = new("explorer", (bench, cancellationToken) => ExplorerServer.MeasureAsync(
        bench.Ledger, [.. Enumerable.Repeat("/run?stream=run:long", 13)], warmUp: 3, cancellationToken));

    public override string Name => "explorer-page";

    public override string Title => "first page of a run of 1,000,000 events: timeline and 100 events";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_page];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.Middle, _page) with { AtLeast = 150 },
        Goal.Absolute(Figure.AnswerSize, _page) with { AtLeast = 200 },
    ];

    public override Task<TestDatabase> CreateDatabaseAsync(
        TestPostgres server, Workload workload, CancellationToken cancellationToken) =>
        Databases.CreateWithRunAsync(server, workload.LongEvents, cancellationToken);
}
