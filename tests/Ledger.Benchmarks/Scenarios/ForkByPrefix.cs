using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>A fork refers to its prefix, so its cost must not depend on how long that is.</summary>
internal sealed class ForkByPrefix : ForkScenario
{
    private static readonly StreamName Run = new(Databases.LongRun);
    private readonly Contender _long = Forks("long", bench => (Run, new Position(bench.Workload.LongEvents)));
    private readonly Contender _short = Forks("short", _ => (Run, new Position(10)));

    public override string Name => "fork-prefix";

    public override string Title => "fork of a run after its last event (of 1,000,000) and after its 10th";

    public override IReadOnlyList<Contender> Contenders => [_long, _short];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.Middle, _long, _short) with { AtLeast = 1.2, Aim = 1.1 },
        Goal.Absolute(Figure.EventsWritten, _long) with { AtLeast = 1, Aim = 1 },
    ];
}
