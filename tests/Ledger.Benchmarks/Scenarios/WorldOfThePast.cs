using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Questions to any position of a long run, beside as many round trips that ask nothing.</summary>
internal sealed class WorldOfThePast : WorldScenario
{
    private const int Objects = 500;

    private readonly Contender _object = Asking("one object", (ledger, workload, i, cancellationToken) =>
        ledger.GetRun("long").FindObjectAsync($"obj-{1 + i % Objects}", At(workload, i), cancellationToken));

    private readonly Contender _world = Asking(
        "world", (ledger, workload, i, cancellationToken) => ledger.GetRun("long").GetWorldAsync(At(workload, i), cancellationToken));

    private readonly Contender _ping = new("two empty statements", async (bench, cancellationToken) =>
    {
        await using var connection = await bench.DataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new Npgsql.NpgsqlCommand(BenchmarkSql.Load("nothing"), connection);
        await command.PrepareAsync(cancellationToken);
        return await MeasureAsync(async _ =>
        {
            await command.ExecuteScalarAsync(cancellationToken);
            await command.ExecuteScalarAsync(cancellationToken);
        });
    });

    public override string Name => "world-past";

    public override string Title => "one object, and the world of 500, at positions of a run of 1,000,000 events";

    public override IReadOnlyList<Contender> Contenders => [_object, _world, _ping];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.Middle, _object) with { AtLeast = 1 },
        Goal.Absolute(Figure.Middle, _world) with { AtLeast = 10 },
        Goal.Ratio(Figure.Middle, _object, _ping),
        Goal.Ratio(Figure.Middle, _world, _ping),
    ];

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) =>
        bench.FillWorldAsync("run:long", bench.Workload.LongEvents, Objects, cancellationToken);

    // Positions that lie all over the run, in no order.
    private static Position At(Workload workload, int i) => new(1 + (i + 1) * 7_919L * 104_729 % workload.LongEvents);
}
