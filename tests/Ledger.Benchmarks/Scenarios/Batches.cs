using Ledger.Benchmarks.Martens;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>What checks, ids and versions cost beside the fastest way into a table.</summary>
internal sealed class Batches : WritingScenario
{
    private readonly Contender _ledger = Ledger(4, eventsPerCall: 100);
    private readonly Contender _peer = Copy(4, rows: 100);
    private readonly Contender[] _marten = MartenPeer.Appending(4, eventsPerCall: 100);

    public override string Name => "append-batch";

    public override string Title => "batches of 100, 4 writers, 4 streams";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _peer, .. _marten];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _peer) with { AtLeast = 0.85, Aim = 0.9 },
        Goal.RatioToBest(Figure.EventsPerSecond, _ledger, MartenPeer.Name, _marten) with { AtLeast = 1.7 },
    ];
}
