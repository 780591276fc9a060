namespace Ledger.Benchmarks.Scales;

/// <summary>The figures of a log of a size.</summary>
internal sealed record ScaleResult(
    ScalePlan Plan,
    long DatabaseBytes,
    long EventBytes,
    TimeSpan Made,
    IReadOnlyList<(string Name, double Middle, double Tail)> Questions,
    IReadOnlyList<WorkFigure> Work);
