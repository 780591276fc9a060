using Ledger.Benchmarks.Measuring;
using Ledger.Log;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>How a very long run is doing, what it cost and which calls are open, after one more event.</summary>
internal sealed class RunStatusOfLongRun : RunSummaryScenario
{
    private readonly Contender _row = Asking("from its row", async (bench, _, cancellationToken) =>
    {
        var run = bench.Ledger.GetRun("1");
        await bench.PlainStore.AppendAsync(run.StreamName, ExpectedVersion.Any, [new LlmResponse("so it is")], cancellationToken);
        await run.GetSummaryAsync(cancellationToken);
    });

    public override string Name => "runs-status";

    public override string Title => "status and cost of a run of 1,000,000 events, after an append";

    public override IReadOnlyList<Contender> Contenders => [_row];

    public override IReadOnlyList<Goal> Goals => [Goal.Absolute(Figure.Middle, _row) with { AtLeast = 50 }];

    protected override (int Runs, int Events) SizeIn(Workload workload) => (1, workload.LongEvents);
}
