using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Writers;
using Ledger.Tasks;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Messages saved one a call, a task for each writer, beside as many plain appends of one event.</summary>
internal sealed class TaskSaves : WritingScenario
{
    private readonly Contender _one = Messages(1);
    private readonly Contender _many = Messages(32);
    private readonly Contender _oneAppend = Ledger(1) with { Name = "append ×1" };
    private readonly Contender _manyAppends = Ledger(32) with { Name = "append ×32" };

    public override string Name => "tasks-save";

    public override string Title => "messages saved by 1 and by 32 writers, a task each, beside plain appends";

    public override IReadOnlyList<Contender> Contenders => [_one, _oneAppend, _many, _manyAppends];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.Middle, _one, _oneAppend) with { AtLeast = 1.8 },
        Goal.Ratio(Figure.EventsPerSecond, _many, _manyAppends),
        Goal.Absolute(Figure.EventsPerSecond, _many) with { AtLeast = 14_000 },
    ];

    private static Contender Messages(int writers) =>
        new($"messages ×{writers}", (bench, cancellationToken) =>
        {
            var tasks = new TaskLedger(bench.Store);
            return WriterLoad.MeasureAsync(
                Writers(writers, StreamSharing.EachItsOwn, id => new MessageWriter(tasks, id)), bench.Workload, cancellationToken);
        });
}
