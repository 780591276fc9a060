using System.Text.Json.Nodes;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>A world that is put together from many segments, and one of the same size from a single run.</summary>
internal sealed class WorldOfBranch : WorldScenario
{
    private const int Objects = 1_000;

    private readonly Contender _deep = Asking(
        "deep branch",
        async (ledger, workload, _, cancellationToken) =>
            await (await ledger.OpenAsync(BranchAt(workload.Depth), cancellationToken)).GetWorldAsync(cancellationToken: cancellationToken));

    private readonly Contender _plain = Asking(
        "run", (ledger, _, _, cancellationToken) => ledger.GetRun("plain").GetWorldAsync(cancellationToken: cancellationToken));

    public override string Name => "world-branch";

    public override string Title => "world of a branch 100 forks deep over 100,000 events, and of a run; 1,000 objects";

    public override IReadOnlyList<Contender> Contenders => [_deep, _plain];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.Middle, _deep, _plain) with { AtLeast = 5 },
        Goal.Absolute(Figure.Middle, _deep) with { AtLeast = 10 },
    ];

    public override async Task PrepareAsync(Workbench bench, CancellationToken cancellationToken)
    {
        await bench.FillWorldAsync("run:root", Math.Max(Objects, bench.Workload.LongEvents / 10), Objects, cancellationToken);
        await bench.FillWorldAsync("run:plain", Objects, Objects, cancellationToken);
        var parent = bench.Ledger.GetRun("root");
        for (var depth = 1; depth <= bench.Workload.Depth; depth++)
        {
            var length = await parent.GetLengthAsync(cancellationToken);
            parent = await bench.Ledger.ForkAsync(parent.StreamName, length, new() { Id = BranchAt(depth).Id }, cancellationToken);
            await parent.AppendAsync([new ObjectPatched($"obj-{depth}", new JsonObject { ["depth"] = depth })], cancellationToken);
        }
    }

    private static StreamName BranchAt(int depth) => StreamName.Branch($"depth-{depth}");
}
