using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Writers;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>What an import adds to COPY by 10,000: JSON from records, checks, numbers, versions.</summary>
internal sealed class Import : WritingScenario
{
    private const int EventsPerCall = 50_000;

    private readonly Contender _ledger = new("Ledger", (bench, cancellationToken) => WriterLoad.MeasureAsync(
        [new ImportWriter(bench.Store, "import", Math.Min(EventsPerCall, bench.Workload.LongEvents))], bench.Workload, cancellationToken));

    private readonly Contender _peer = Copy(1, rows: 10_000);

    public override string Name => "import";

    public override string Title => "import, one stream";

    public override IReadOnlyList<Contender> Contenders => [_ledger, _peer];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.EventsPerSecond, _ledger, _peer) with { AtLeast = 0.8, Aim = 0.9 },
    ];
}
