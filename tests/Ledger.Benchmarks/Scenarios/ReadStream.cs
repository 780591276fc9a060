using Ledger.Benchmarks.Martens;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>A run read whole, as folds do.</summary>
internal sealed class ReadStream : ReadingScenario
{
    private readonly Contender _ledger = Typed((bench, cancellationToken) =>
        bench.Store.ReadForwardAsync(new StreamName(Databases.LongRun), cancellationToken: cancellationToken));

    private readonly Contender _rows = Rows(BenchmarkSql.Load("select_stream"), Databases.LongRun);
    private readonly Contender _copy = Copy(BenchmarkSql.Load("copy_out_stream"));
    private readonly Contender _marten = MartenDerived.Reading();

    public override string Name => "read-stream";

    public override string Title => "one stream of 200,000 events, warm, typed data of every event";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _rows, _copy, _marten];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _rows),
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _copy),
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _marten),
        Goal.Absolute(Figure.EventsPerSecond, _ledger) with { AtLeast = 450_000 },
    ];
}
