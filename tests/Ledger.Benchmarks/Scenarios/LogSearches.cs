using Ledger.Benchmarks.Measuring;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>The first page of searches across all streams, by the index.</summary>
internal sealed class LogSearches : RunSummaryScenario
{
    private const int EventsOfRun = 10;

    private readonly Contender[] _searches =
    [
        Searching("a common word", new LogQuery { Text = "contradict" }),
        Searching("a word that is nowhere", new LogQuery { Text = "lighthouse" }),
        Searching("one event", new LogQuery { Text = "finding 3 of run:777?" }),
        Searching("failures", new LogQuery { Types = ["call.failed", "run.failed"] }),
        Searching("a tool that was never called", new LogQuery { Tool = "sonar", Where = DataCondition.Parse("quay=north") }),
    ];

    public override string Name => "search-log";

    public override string Title => "1,000,000 events: the first page of a search, with the index";

    public override IReadOnlyList<Contender> Contenders => _searches;

    public override IReadOnlyList<Goal> Goals => [.. Contenders.Select(search => Goal.Absolute(Figure.Tail, search) with { AtLeast = 100 })];

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) =>
        new ProjectionAdmin(bench.DataSource).RebuildAsync("ledger:search", null, null, cancellationToken);

    protected override (int Runs, int Events) SizeIn(Workload workload) => (workload.LongEvents / EventsOfRun, EventsOfRun);

    private static Contender Searching(string name, LogQuery query) => Asking(name, (bench, _, cancellationToken) =>
        LogSearch.Of(bench.PlainStore).SearchAsync(query, cancellationToken));
}
