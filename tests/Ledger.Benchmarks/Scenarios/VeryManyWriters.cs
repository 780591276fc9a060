using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>More callers than a server should have connections.</summary>
internal sealed class VeryManyWriters : WritingScenario
{
    private readonly Contender _ledger = Ledger(128);
    private readonly Contender _peer = Statement(32);

    public override string Name => "append-128";

    public override string Title => "128 writers, 128 streams, single events; the peer has 32";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _peer];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _peer) with { AtLeast = 3.5 },
        Goal.Absolute(Figure.EventsPerSecond, _ledger) with { Aim = 60_000 },
    ];
}
