using System.Text;
using JasperFx.Events.Projections;
using Ledger.Benchmarks;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Reporting;
using Ledger.Benchmarks.Scales;
using Ledger.Benchmarks.Scenarios;
using Ledger.Testing;

Scenario[] scenarios =
[
    new OneWriter(),
    new EightWriters(),
    new ManyWriters(),
    new VeryManyWriters(),
    new HotStream(),
    new Batches(),
    new Import(),
    new ImportWorlds(),
    new TakeSpans(),
    new FetchAggregates(SnapshotLifecycle.Inline, 1_000),
    new FetchAggregates(lifecycle: null, 20),
    new FetchAggregates(lifecycle: null, 1_000),
    new AllocationAlone(),
    new AllocationTogether(),
    new ForkByPrefix(),
    new ForkByDepth(),
    new ReadStream(),
    new ReadLongRun(),
    new ReadLog(),
    WorldAppends.Few(),
    WorldAppends.Many(),
    new WorldOfBranch(),
    new WorldDiffs(),
    new MergePreviews(),
    new WorldOfThePast(),
    new WorldBytes(),
    new SnapshotLoad(),
    new SnapshotSave(),
    new Reexecution(),
    new RecordedCalls(),
    new CachedCalls(),
    new Checkpoints(),
    new VisibleWhenQuiet(),
    new VisibleUnderLoad(),
    new VisibleBehindGaps(),
    new CatchUpSnapshots(),
    new CatchUpRows(),
    new RebuildSnapshots(),
    new RebuildWorldRows(),
    new ExplorerPage(),
    new ExplorerScrub(),
    new ExplorerCompare(),
    new ExplorerBranches(),
    new ExplorerLive(),
    new ExplorerRuns(),
    new ChronoOneWriter(),
    new ChronoManyWriters(32, asked: 12_000),
    new ChronoManyWriters(128, asked: 20_000),
    new ChronoVerify(),
    new ChronoRead(),
    new TaskSaves(1, mostOfAnAppend: 1.8, asked: null),
    new TaskSaves(32, mostOfAnAppend: null, asked: 14_000),
    new TaskQueries(),
    new RunLists(),
    new LogSearches(),
    new IndexedAppends(1),
    new IndexedAppends(32),
    new RunStatusOfLongRun(),
    new RebuildRunSummaries(),
    new SealLog(),
    new SealProofs(),
    new SealAudits(),
    new SealedAppends(1),
    new SealedAppends(32),
];

Console.OutputEncoding = Encoding.UTF8;
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
if (args is ["scale", .. var page] && page.Length < 2)
{
    return await ScaleRun.RunAsync(page.FirstOrDefault(), ShowProgress, stop.Token);
}

var (arguments, fault) = BenchmarkArguments.Parse(args);
if (arguments is null)
{
    Console.Error.WriteLine(fault);
    Console.Error.WriteLine(BenchmarkArguments.Usage);
    return 2;
}

var wanted = scenarios.Where(arguments.Wants).ToList();
if (arguments.Lists || wanted.Count == 0)
{
    foreach (var scenario in arguments.Lists ? wanted : [.. scenarios])
    {
        Console.WriteLine($"{scenario.Name,-14} {scenario.Title}");
    }

    return arguments.Lists ? 0 : 2;
}

// Never analysed also means: not by the server on its own in the middle of a round.
await using var server = await TestPostgres.StartAsync(
    new TestPostgresOptions
    {
        Durability = arguments.Workload == Workload.Check ? TestDurability.None : TestDurability.Full,
        Settings = new Dictionary<string, string> { ["autovacuum"] = "off", ["jit"] = arguments.Workload.WarmsUp ? "on" : "off" },
    },
    stop.Token);
var machine = await Machine.DescribeAsync(server.ConnectionString, stop.Token);
var report = new TextReport(Console.Out);
report.Write(machine, arguments.Workload);

var referee = new Referee(server, arguments.Workload, ShowProgress);
var results = new List<Result>();
try
{
    foreach (var scenario in wanted)
    {
        var result = new Result(scenario, await referee.RunAsync(scenario, stop.Token));
        ShowProgress("");
        report.Write(result);
        results.Add(result);
    }
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped.");
    return 130;
}

if (arguments.Markdown is { } file)
{
    await File.WriteAllTextAsync(file, MarkdownReport.Of(machine, arguments.Workload, results));
}

return 0;

static void ShowProgress(string text)
{
    if (!Console.IsErrorRedirected)
    {
        Console.Error.Write($"\r{text,-99}\r");
    }
}
