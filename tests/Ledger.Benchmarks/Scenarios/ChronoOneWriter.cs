using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>One caller of a record store, at its beginning and after many events, where the reference slows down.</summary>
internal sealed class ChronoOneWriter : ChronoScenario
{
    private readonly Contender _long = Upserts("behind many events", 1, () => LongProject);
    private readonly Contender _new = Upserts("new project", 1, () => $"new-{Guid.NewGuid():N}");
    private readonly Contender _peer = Statement(1);

    public override string Name => "chrono-1";

    public override string Title => "upserts of new records, 1 writer, at 0 and at 1,000,000 events";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_long, _new, _peer];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.EventsPerSecond, _long, _new),
        .. Throughput(_long, _peer, 2_000, StatementAlone),
        .. Throughput(_new, _peer, 2_000, StatementAlone),
    ];

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) => FillAsync(bench, cancellationToken);
}
