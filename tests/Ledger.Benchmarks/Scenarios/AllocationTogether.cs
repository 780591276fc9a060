using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>What a gathered append leaves for the garbage collector.</summary>
internal sealed class AllocationTogether : WritingScenario
{
    private readonly Contender _ledger = Ledger(32);
    private readonly Contender _peer = Statement(32);

    public override string Name => "allocation-32";

    public override string Title => "client memory allocated for an event, 32 writers";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _peer];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.AllocatedBytes, _ledger) with { AtLeast = 1_200, Aim = 600 },
    ];
}
