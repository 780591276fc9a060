using Ledger.Benchmarks.Martens;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>What an append costs that nothing can be gathered with.</summary>
internal sealed class OneWriter : WritingScenario
{
    private readonly Contender _ledger = Ledger(1);
    private readonly Contender _peer = Statement(1);
    private readonly Contender[] _marten = MartenPeer.Appending(1);

    public override string Name => "append-1";

    public override string Title => "1 writer, single events";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _peer, .. _marten];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.Middle, _ledger, _peer) with { AtLeast = 1.25, Aim = 1.2 },
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _peer),
        Goal.RatioToBest(Figure.EventsPerSecond, _ledger, MartenPeer.Name, _marten),
    ];
}
