using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Projections;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>The same after 10,000 numbers that will never be events.</summary>
internal sealed class VisibleBehindGaps : Scenario
{
    private const int Gaps = 10_000;

    private readonly Contender _gaps = new("10,000 dead gaps", async (bench, cancellationToken) =>
    {
        await using var draw = bench.DataSource.CreateCommand(BenchmarkSql.Load("draw_gaps"));
        draw.Parameters.AddWithValue(Gaps);
        await draw.ExecuteNonQueryAsync(cancellationToken);
        return await VisibleLoad.MeasureAsync(bench, TimeSpan.FromMilliseconds(10), background: 0, cancellationToken);
    });

    private readonly Contender _none = new("none", (bench, cancellationToken) =>
        VisibleLoad.MeasureAsync(bench, TimeSpan.FromMilliseconds(10), background: 0, cancellationToken));

    public override string Name => "visible-gaps";

    public override string Title => "from the commit to the asynchronous document, after 10,000 dead numbers";

    public override IReadOnlyList<Contender> Contenders => [_gaps, _none];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.Middle, _gaps, _none) with { AtLeast = 1.2 },
    ];
}
