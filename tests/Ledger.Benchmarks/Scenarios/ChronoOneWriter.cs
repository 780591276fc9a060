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
        Goal.Ratio(Figure.EventsPerSecond, _long, _peer) with { AtLeast = 0.6 },
        Goal.Ratio(Figure.EventsPerSecond, _new, _peer) with { AtLeast = 0.6 },
        Goal.Absolute(Figure.EventsPerSecond, _long) with { AtLeast = 2_000 },
        Goal.Absolute(Figure.EventsPerSecond, _new) with { AtLeast = 2_000 },
    ];

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) => FillAsync(bench, cancellationToken);
}
