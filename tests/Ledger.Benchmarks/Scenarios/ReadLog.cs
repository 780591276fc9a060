using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>The log up to its high-water mark, as daemons and subscriptions read it.</summary>
internal sealed class ReadLog : ReadingScenario
{
    private readonly Contender _ledger = Typed((bench, cancellationToken) =>
        bench.Store.ReadLogAsync(cancellationToken: cancellationToken));

    private readonly Contender _rows = Rows(BenchmarkSql.Load("select_log"));
    private readonly Contender _copy = Copy(BenchmarkSql.Load("copy_out_log"));

    public override string Name => "read-log";

    public override string Title => "the log of 200,000 events, warm, typed data of every event";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _rows, _copy];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _rows),
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _copy),
    ];
}
