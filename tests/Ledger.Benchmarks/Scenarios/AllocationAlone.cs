using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>What an append leaves for the garbage collector.</summary>
internal sealed class AllocationAlone : WritingScenario
{
    private readonly Contender _ledger = Ledger(1);
    private readonly Contender _peer = Statement(1);

    public override string Name => "allocation-1";

    public override string Title => "client memory allocated for an event, 1 writer";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _peer];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.AllocatedBytes, _ledger) with { AtLeast = 3_000, Aim = 1_500 },
    ];
}
