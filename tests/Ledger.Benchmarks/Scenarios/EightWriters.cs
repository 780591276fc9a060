using Ledger.Benchmarks.Martens;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Few callers, two for each lane.</summary>
internal sealed class EightWriters : WritingScenario
{
    private readonly Contender _ledger = Ledger(8);
    private readonly Contender _peer = Statement(8);
    private readonly Contender[] _marten = MartenPeer.Appending(8);

    public override string Name => "append-8";

    public override string Title => "8 writers, 8 streams, single events";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _peer, .. _marten];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _peer),
        Goal.Ratio(Figure.Middle, _ledger, _peer),
        Goal.RatioToBest(Figure.EventsPerSecond, _ledger, MartenPeer.Name, _marten),
    ];
}
