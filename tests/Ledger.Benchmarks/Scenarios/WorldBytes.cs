using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>The bytes that rows and log take, tables and indexes: rows grow with the events, and not with the objects at each of them.</summary>
internal sealed class WorldBytes : Scenario
{
    private const int Objects = 500;

    private readonly Contender _run = new("run", async (bench, cancellationToken) =>
    {
        await using var command = bench.DataSource.CreateCommand(BenchmarkSql.Load("world_bytes"));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new Measurement
        {
            [Figure.RowBytes] = reader.GetInt64(0) / (double)bench.Workload.LongEvents,
            [Figure.LogBytes] = reader.GetInt64(1) / (double)bench.Workload.LongEvents,
        };
    });

    public override string Name => "world-bytes";

    public override string Title => "bytes that a run of 1,000,000 patches of 500 objects takes: rows and log";

    public override IReadOnlyList<Contender> Contenders => [_run];

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Goal> Goals => [Goal.Absolute(Figure.RowBytes, _run), Goal.Absolute(Figure.LogBytes, _run)];

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) =>
        bench.FillWorldAsync("run:long", bench.Workload.LongEvents, Objects, cancellationToken);
}
