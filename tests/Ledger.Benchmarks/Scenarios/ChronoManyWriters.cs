using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Many callers of one record store, whose chain is one event after the other.</summary>
internal sealed class ChronoManyWriters(int writers, double asked) : ChronoScenario
{
    private readonly Contender _ledger = Upserts("Ledger", writers, () => "many");
    private readonly Contender _peer = Statement(32);

    public override string Name => $"chrono-{writers}";

    public override string Title => $"upserts of new records, {writers} writers on one chain";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _peer];

    public override IReadOnlyList<Goal> Goals => Throughput(_ledger, _peer, asked, StatementOfMany);
}
