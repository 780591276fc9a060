using System.Text.Json.Nodes;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>A preview of a merge costs what the source changed, also if the target changed everything since the fork.</summary>
internal sealed class MergePreviews : WorldScenario
{
    private const int OwnEvents = 10;
    private const int ManyQuestions = 10;
    private const int AtOnce = 1_000;

    private readonly Contender _few = Asking(
        "10 events", (ledger, _, _, cancellationToken) => PreviewAsync(ledger, "few", OwnEvents, cancellationToken));

    private readonly Contender _many = new("both sides", (bench, cancellationToken) => MeasureAsync(
        _ => PreviewAsync(bench.Ledger, "many", ManyOf(bench.Workload), cancellationToken), ManyQuestions));

    private readonly Contender _sql = new("both sides in SQL", (bench, cancellationToken) => MeasureAsync(
        _ => CountAsync(bench, "merge_preview", "many", cancellationToken), ManyQuestions));

    private readonly Contender _conflicts = new("conflicts in SQL", (bench, cancellationToken) => MeasureAsync(
        _ => CountAsync(bench, "merge_conflicts", "disputed", cancellationToken), ManyQuestions));

    public override string Name => "merge-preview";

    public override string Title => "merge of 10 events into 100,000 changed objects, and of 10,000 with 10,000, previewed";

    public override IReadOnlyList<Contender> Contenders => [_few, _many, _sql, _conflicts];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.Middle, _few) with { AtLeast = 15 },
        Goal.Absolute(Figure.Middle, _many) with { AtLeast = 1_000 },
        Goal.Absolute(Figure.Middle, _sql),
        Goal.Absolute(Figure.Middle, _conflicts),
    ];

    public override async Task PrepareAsync(Workbench bench, CancellationToken cancellationToken)
    {
        await PrepareAsync(bench, "few", bench.Workload.LongEvents / 10, OwnEvents, ["ours", "theirs"], cancellationToken);
        await PrepareAsync(bench, "many", ManyOf(bench.Workload), ManyOf(bench.Workload), ["ours", "theirs"], cancellationToken);
        await PrepareAsync(bench, "disputed", ManyOf(bench.Workload), ManyOf(bench.Workload), ["both", "both"], cancellationToken);
    }

    private static int ManyOf(Workload workload) => Math.Min(10_000, workload.LongEvents / 10);

    private static async Task PrepareAsync(Workbench bench, string id, int objects, int own, string[] properties, CancellationToken cancellationToken)
    {
        await bench.FillWorldAsync($"run:{id}", objects, objects, cancellationToken);
        var run = bench.Ledger.GetRun(id);
        var branch = await bench.Ledger.ForkAsync(run.StreamName, new Position(objects), new() { Id = id }, cancellationToken);
        await ChangeAsync(run, properties[0], objects, 1, cancellationToken);
        await ChangeAsync(branch, properties[1], own, -1, cancellationToken);
    }

    private static async Task ChangeAsync(Run run, string property, int objects, int sign, CancellationToken cancellationToken)
    {
        foreach (var part in Enumerable.Range(1, objects).Chunk(AtOnce))
        {
            await run.AppendAsync([.. part.Select(i => new ObjectPatched($"obj-{i}", new JsonObject { [property] = i * sign }))], cancellationToken);
        }
    }

    private static async Task CountAsync(Workbench bench, string question, string id, CancellationToken cancellationToken)
    {
        await using var command = bench.DataSource.CreateCommand(BenchmarkSql.Load(question));
        command.Parameters.AddWithValue($"run:{id}");
        command.Parameters.AddWithValue($"branch:{id}");
        var rows = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        if (rows != ManyOf(bench.Workload))
        {
            throw new InvalidOperationException($"SQL has {rows} rows instead of {ManyOf(bench.Workload)}.");
        }
    }

    private static async Task PreviewAsync(AgentLedger ledger, string id, int changes, CancellationToken cancellationToken)
    {
        var branch = await ledger.OpenAsync(StreamName.Branch(id), cancellationToken);
        var preview = await ledger.GetRun(id).PreviewMergeAsync(branch, cancellationToken: cancellationToken);
        if (preview.Changes.Count != changes || preview.Conflicts.Count > 0)
        {
            throw new InvalidOperationException($"The preview has {preview.Changes.Count} changes instead of {changes}.");
        }
    }
}
