using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Writers;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Spans of an agent as OTLP, 510 a request: the events a second are spans.</summary>
internal sealed class TakeSpans : WritingScenario
{
    private readonly Contender _protobuf = Of("protobuf", isProtobuf: true);

    private readonly Contender _json = Of("JSON", isProtobuf: false);

    public override string Name => "otlp";

    public override string Title => "spans of an agent as OTLP, 510 a request, one exporter; a span counts as an event";

    public override IReadOnlyList<Contender> Contenders => [_protobuf, _json];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.EventsPerSecond, _protobuf) with { AtLeast = 20_000 },
        Goal.Absolute(Figure.EventsPerSecond, _json) with { AtLeast = 20_000 },
    ];

    private static Contender Of(string name, bool isProtobuf) => new(name, (bench, cancellationToken) => WriterLoad.MeasureAsync(
        [new SpanWriter(bench.Ledger, isProtobuf)], bench.Workload, cancellationToken));
}
