using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Callers that all want the same row, which the peer locks for each event.</summary>
internal sealed class HotStream : WritingScenario
{
    private readonly Contender _ledger = Ledger(32, sharing: StreamSharing.AllOne);
    private readonly Contender _peer = Statement(32, StreamSharing.AllOne);

    public override string Name => "append-hot";

    public override string Title => "32 writers on one stream, any version";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _peer];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _peer),
        Goal.Absolute(Figure.EventsPerSecond, _ledger) with { AtLeast = 25_000, Aim = 35_000 },
        Goal.Absolute(Figure.Conflicts, _ledger) with { AtLeast = 0, Aim = 0 },
    ];
}
