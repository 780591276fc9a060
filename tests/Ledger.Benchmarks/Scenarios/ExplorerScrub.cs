using Ledger.Benchmarks.Explorers;
using Ledger.Benchmarks.Measuring;
using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Testing;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>The world at positions here and there in a very long run, as the slider asks for it: from rows, and from kept folds.</summary>
/// <remarks>The large world has a tenth as many objects as the long run has events; a page shows a part of it.</remarks>
internal sealed class ExplorerScrub : Scenario
{
    private const string Crowd = "run:crowd";

    private readonly Contender _rows = new("world rows", (bench, cancellationToken) =>
        MeasureAsync(bench, WorldRows.Inline, Databases.LongRun, bench.Workload.LongEvents, cancellationToken));

    private readonly Contender _folds = new("kept folds", (bench, cancellationToken) =>
        MeasureAsync(bench, WorldRows.Off, Databases.LongRun, bench.Workload.LongEvents, cancellationToken));

    private readonly Contender _crowd = new("large world", (bench, cancellationToken) =>
        MeasureAsync(bench, WorldRows.Inline, Crowd, CrowdEvents(bench.Workload), cancellationToken));

    public override string Name => "explorer-scrub";

    public override string Title => "scrub steps to any position of 1,000,000 events, 1,000 objects; of 100,000 objects";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_rows, _folds, _crowd];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.Middle, _rows) with { AtLeast = 100 },
        Goal.Absolute(Figure.Tail, _rows) with { AtLeast = 100 },
        Goal.Absolute(Figure.Middle, _folds) with { AtLeast = 100 },
        Goal.Absolute(Figure.Tail, _folds) with { AtLeast = 100 },
        Goal.Absolute(Figure.Middle, _crowd) with { AtLeast = 100 },
        Goal.Absolute(Figure.Tail, _crowd) with { AtLeast = 100 },
    ];

    public override Task<TestDatabase> CreateDatabaseAsync(
        TestPostgres server, Workload workload, CancellationToken cancellationToken) =>
        Databases.CreateWithRunAsync(server, workload.LongEvents, cancellationToken);

    public override async Task PrepareAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var admin = new ProjectionAdmin(bench.DataSource, new PostgresOptions { CommandTimeout = TimeSpan.FromMinutes(10) });
        await admin.RebuildAsync("ledger:world", new StreamName(Databases.LongRun), cancellationToken);
        await bench.FillWorldAsync(Crowd, CrowdEvents(bench.Workload), bench.Workload.LongEvents / 10, cancellationToken);
    }

    private static int CrowdEvents(Workload workload) => workload.LongEvents / 5;

    private static async Task<Measurement> MeasureAsync(
        Workbench bench, WorldRows rows, string stream, int length, CancellationToken cancellationToken)
    {
        await using var store = new PostgresEventStore(bench.DataSource, new PostgresOptions { WorldRows = rows });
        var random = new Random(11);
        IEnumerable<string> paths = [At(length), At(length), At(length / 2), .. Enumerable.Range(0, 40).Select(_ => At(random.Next(length)))];
        return await ExplorerServer.MeasureAsync(new AgentLedger(store), [.. paths], warmUp: 3, cancellationToken);

        string At(int position) => FormattableString.Invariant($"/world?stream={stream}&at={position}");
    }
}
