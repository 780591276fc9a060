using System.Text.Json.Nodes;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>A diff costs what differs: the same branch over a large parent and a small one.</summary>
internal sealed class WorldDiffs : WorldScenario
{
    private const int OwnEvents = 10;

    private readonly Contender _large = Asking("large parent", (ledger, _, _, cancellationToken) => DiffAsync(ledger, "large", cancellationToken));
    private readonly Contender _small = Asking("small parent", (ledger, _, _, cancellationToken) => DiffAsync(ledger, "small", cancellationToken));

    public override string Name => "world-diff";

    public override string Title => "diff of a branch with 10 events and its parent of 100,000 objects, and of 1,000";

    public override IReadOnlyList<Contender> Contenders => [_large, _small];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.Middle, _large, _small) with { AtLeast = 2 },
        Goal.Absolute(Figure.Middle, _large) with { AtLeast = 5 },
    ];

    public override async Task PrepareAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var events = bench.Workload.LongEvents;
        await PrepareAsync(bench, "large", events, events / 10, cancellationToken);
        await PrepareAsync(bench, "small", 1_000, 1_000, cancellationToken);
    }

    private static async Task PrepareAsync(Workbench bench, string run, int events, int objects, CancellationToken cancellationToken)
    {
        await bench.FillWorldAsync($"run:{run}", events, objects, cancellationToken);
        var branch = await bench.Ledger.ForkAsync(StreamName.Run(run), new Position(events), new() { Id = run }, cancellationToken);
        await branch.AppendAsync(
            [.. Enumerable.Range(1, OwnEvents).Select(i => new ObjectPatched($"obj-{i}", new JsonObject { ["mine"] = i }))], cancellationToken);
    }

    private static async Task DiffAsync(AgentLedger ledger, string run, CancellationToken cancellationToken)
    {
        var branch = await ledger.OpenAsync(StreamName.Branch(run), cancellationToken);
        var diff = await ledger.GetRun(run).DiffAsync(branch, cancellationToken: cancellationToken);
        if (diff.PatchedObjects.Count != OwnEvents)
        {
            throw new InvalidOperationException($"The diff has {diff.PatchedObjects.Count} objects instead of {OwnEvents}.");
        }
    }
}
