using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Writers;
using Ledger.Tasks;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Messages saved one a call, a task for each writer, beside as many plain appends of one event.</summary>
internal sealed class TaskSaves(int writers, double? mostOfAnAppend, double? asked) : WritingScenario
{
    private readonly Contender _messages = Messages(writers);
    private readonly Contender _appends = Ledger(writers) with { Name = $"append ×{writers}" };
    private readonly Contender _peer = Statement(writers);

    public override string Name => $"tasks-save-{writers}";

    public override string Title => $"messages saved, writers {writers}, a task each, beside plain appends";

    public override IReadOnlyList<Contender> Contenders => [_messages, _appends, _peer];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.Middle, _messages, _appends) with { AtLeast = mostOfAnAppend },
        Goal.Ratio(Figure.EventsPerSecond, _messages, _appends),
        .. asked is { } wanted
            ? Throughput(_messages, _peer, wanted, StatementOfMany)
            : [Goal.Ratio(Figure.EventsPerSecond, _messages, _peer), Goal.Absolute(Figure.EventsPerSecond, _messages)],
    ];

    private static Contender Messages(int writers) =>
        new($"messages ×{writers}", (bench, cancellationToken) =>
        {
            var tasks = new TaskLedger(bench.Store);
            return WriterLoad.MeasureAsync(
                Writers(writers, StreamSharing.EachItsOwn, id => new MessageWriter(tasks, id)), bench.Workload, cancellationToken);
        });
}
