using Ledger.Benchmarks.Measuring;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Pages of a list of very many runs by how they are doing, while another run goes on.</summary>
internal sealed class RunLists : RunSummaryScenario
{
    private const int EventsOfRun = 10;

    private readonly Contender _latest = Listing("latest", new RunQuery());
    private readonly Contender _failed = Listing("failed", new RunQuery { Status = RunStatus.Failed });
    private readonly Contender _waiting = Listing("waiting: none", new RunQuery { Status = RunStatus.Waiting });
    private readonly Contender _cost = Listing("dearest", new RunQuery { Sort = RunSort.Cost });
    private readonly Contender _text = Listing("text: none", new RunQuery { Text = "nowhere at all" });

    private readonly Contender[] _totals =
    [
        AddingUp("totals by day", new RunQuery(), RunGrouping.Day),
        AddingUp("totals by model", new RunQuery(), RunGrouping.Model),
        AddingUp("totals by label", new RunQuery(), RunGrouping.Label),
        AddingUp("totals of the failed", new RunQuery { Status = RunStatus.Failed }, RunGrouping.Day),
        AddingUp("totals of the dear", new RunQuery { MinCostUsd = 0.001m }, RunGrouping.Day),
    ];

    public override string Name => "runs-list";

    public override string Title => "100,000 runs: a page by status, cost or text, after an append, and totals";

    public override IReadOnlyList<Contender> Contenders => [_latest, _failed, _waiting, _cost, _text, .. _totals];

    public override IReadOnlyList<Goal> Goals =>
    [
        .. Contenders.Select(list => Goal.Absolute(Figure.Middle, list) with { AtLeast = 100 }),
        .. Contenders.Select(list => Goal.Absolute(Figure.Tail, list) with { AtLeast = 100 }),
    ];

    protected override (int Runs, int Events) SizeIn(Workload workload) => (workload.LongEvents / EventsOfRun, EventsOfRun);

    private static Contender Listing(string name, RunQuery query) => Asking(name, async (bench, _, cancellationToken) =>
    {
        await bench.PlainStore.AppendAsync(StreamName.Run("other"), ExpectedVersion.Any, [new LlmResponse("so it is")], cancellationToken);
        await bench.Ledger.Summaries.QueryAsync(query, cancellationToken);
    });

    private static Contender AddingUp(string name, RunQuery query, RunGrouping by) => Asking(name, (bench, _, cancellationToken) =>
        bench.Ledger.Summaries.AddUpAsync(query, by, cancellationToken));
}
