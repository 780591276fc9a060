using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Many callers of one record store, whose chain is one event after the other.</summary>
internal sealed class ChronoManyWriters(int writers, double atLeast) : ChronoScenario
{
    private readonly Contender _ledger = Writers("Ledger", writers, () => "many");

    public override string Name => $"chrono-{writers}";

    public override string Title => $"upserts of new records, {writers} writers on one chain";

    public override IReadOnlyList<Contender> Contenders => [_ledger];

    public override IReadOnlyList<Goal> Goals => [Goal.Absolute(Figure.EventsPerSecond, _ledger) with { AtLeast = atLeast }];
}
