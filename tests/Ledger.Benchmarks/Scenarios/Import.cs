using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Writers;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>What an import adds to COPY by 10,000: JSON from records, checks, numbers, versions.</summary>
internal sealed class Import : WritingScenario
{
    private readonly Contender _ledger = new("Ledger", (bench, cancellationToken) => WriterLoad.MeasureAsync(
        [new ImportWriter(bench.PlainStore, "import", bench.Workload.LongEvents)], bench.Workload, cancellationToken));

    private readonly Contender _peer = Copy(1, rows: 10_000);

    public override string Name => "import";

    public override string Title => "import of as many events as a long run has, one stream";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _peer];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _peer) with { AtLeast = 0.8, Aim = 0.9 },
    ];
}
