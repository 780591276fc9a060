using Ledger.Benchmarks.Explorers;
using Ledger.Benchmarks.Measuring;
using Ledger.Postgres.Projections.Daemon;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>The first page of searches across all streams, by the index, as a program reads it.</summary>
internal sealed class LogSearches : RunSummaryScenario
{
    private const int EventsOfRun = 10;

    private readonly Contender[] _searches =
    [
        Searching("a common word", "text=contradict"),
        Searching("a word that is nowhere", "text=lighthouse"),
        Searching("nowhere, of frequent letters", "text=somethird"),
        Searching("nowhere, all letters in 3 of 10 events", "text=missinding", times: 5),
        Searching("one event", "text=finding%201%20of%20run:777%3F"),
        Searching("a type, 1 of 1,000", "type=call.failed,run.failed"),
        Searching("a type that is nowhere", "type=approval.requested"),
        Searching("a tool with an argument", "tool=sonar&where=quay.name%3Dquay-777"),
        Searching("a tool with an argument that no call has", "tool=sonar&where=quay.name%3Dnorth"),
        Searching("an actor", "actor=agent-7"),
        Searching("an actor that is nowhere", "actor=diver"),
        Searching("an actor and a word, rare together", "actor=agent-7&text=quay-3007"),
        Searching("an object of 10 events", "object=obj-777"),
        Searching("an object of 10,000 events", "object=harbour"),
        Searching("an object that is nowhere", "object=claim-1"),
        Searching("failed runs, a common word", "status=failed&text=contradict"),
        Searching("failed runs, a word that is nowhere", "status=failed&text=lighthouse"),
        Searching("failed runs, a tool with an argument", "status=failed&tool=lookup&where=quay.name%3Dquay-700"),
        Searching("runs that are done, a common word", "status=done&text=contradict"),
        Searching("dear runs, a type", "min_cost=0.012&type=tool.called"),
        Searching("dear runs, a word that is nowhere", "min_cost=0.012&text=lighthouse"),
        Searching("long runs, an argument", "min_duration=0.00001s&tool=lookup&where=quay.name%3Dquay-700"),
        Searching("a time, a common word", "since=2020-01-01T00:00Z&until=2100-01-01T00:00Z&text=contradict"),
        Searching("a time, a word that is nowhere", "since=2020-01-01T00:00Z&until=2100-01-01T00:00Z&text=lighthouse"),
        Searching("a time, tool.called", "since=2020-01-01T00:00Z&type=tool.called"),
    ];

    public override string Name => "search-log";

    public override string Title => "1,000,000 events: the first page of a search, with the index, over HTTP";

    public override IReadOnlyList<Contender> Contenders => _searches;

    public override IReadOnlyList<Goal> Goals => [.. Contenders.Select(search => Goal.Absolute(Figure.Tail, search) with { AtLeast = 100 })];

    protected override string Fill => "fill_search";

    public override async Task PrepareAsync(Workbench bench, CancellationToken cancellationToken)
    {
        await base.PrepareAsync(bench, cancellationToken);
        await new ProjectionAdmin(bench.DataSource).RebuildAsync("ledger:search", null, null, cancellationToken);
    }

    protected override (int Runs, int Events) SizeIn(Workload workload) => (workload.LongEvents / EventsOfRun, EventsOfRun);

    private static Contender Searching(string name, string query, int times = 30) => new(name, (bench, cancellationToken) => ExplorerServer.MeasureAsync(
        bench.Ledger, [.. Enumerable.Repeat($"/api/v1/search?{query}", 3 + times)], warmUp: 3, cancellationToken));
}
