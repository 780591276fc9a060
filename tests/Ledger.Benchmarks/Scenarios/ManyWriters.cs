using Ledger.Benchmarks.Martens;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Many callers: one flush to disk for many of them.</summary>
internal sealed class ManyWriters : WritingScenario
{
    private readonly Contender _ledger = Ledger(32);
    private readonly Contender _peer = Statement(32);
    private readonly Contender[] _marten = MartenPeer.Appending(32);

    public override string Name => "append-32";

    public override string Title => "32 writers, 32 streams, single events";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _peer, .. _marten];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _peer) with { AtLeast = 2.0 },
        Goal.RatioToBest(Figure.EventsPerSecond, _ledger, MartenPeer.Name, _marten),
        Goal.Absolute(Figure.EventsPerSecond, _ledger) with { Aim = 45_000 },
    ];
}
