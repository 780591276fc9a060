using System.Diagnostics;
using System.Text.Json.Nodes;
using Ledger.Benchmarks.Explorers;
using Ledger.Benchmarks.Measuring;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Benchmarks.Scales;

/// <summary>Calls of one caller, one after the other; each is about another run, chosen in the same way for every size.</summary>
internal sealed class ScaleQuestions(ScaleLog log)
{
    private const int WarmUp = 20;
    private const int Calls = 200;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(20);

    /// <summary>Asks everything. The latencies in milliseconds.</summary>
    public async Task<IReadOnlyList<(string Name, double Middle, double Tail)>> AskAsync(Action<string> show, CancellationToken cancellationToken)
    {
        var (ledger, store, results) = (log.Ledger, log.Store, new List<(string, double, double)>());
        var runs = log.Plan.Runs;

        // The first three quarters have no branches.
        StreamName Run(int n) => StreamName.Run($"{1 + (int)(n * 7_919L % Math.Max(1, runs * 3 / 4))}");
        StreamName Branch(int n) => StreamName.Branch($"b{n * 7_919L % Math.Max(1, log.Plan.Branches)}");
        await AddAsync("append of one event to a run", n => store.AppendAsync(Run(n), ExpectedVersion.Any, [new ObjectPatched("obj-1", new JsonObject { ["n"] = n })], cancellationToken));
        await AddAsync("append of one event to the long run", n => store.AppendAsync(ScalePlan.Long, ExpectedVersion.Any, [new ObjectPatched("obj-1", new JsonObject { ["n"] = n })], cancellationToken));
        await AddAsync("read of a run (4,500 events)", async n => await store.ReadForwardAsync(Run(n), cancellationToken: cancellationToken).CountAsync(cancellationToken));
        await AddAsync("last 100 events of the long run", async n => await store.ReadBackwardAsync(ScalePlan.Long, cancellationToken: cancellationToken).Take(100).CountAsync(cancellationToken));
        await AddAsync("world of a run (225 objects)", async n => await (await ledger.OpenAsync(Run(n), cancellationToken)).GetWorldAsync(cancellationToken: cancellationToken));
        await AddAsync("world of the long run (1,000 objects)", async n => await (await ledger.OpenAsync(ScalePlan.Long, cancellationToken)).GetWorldAsync(cancellationToken: cancellationToken));
        await AddAsync("diff of a branch and its run", async n =>
        {
            var branch = await ledger.OpenAsync(Branch(n), cancellationToken);
            var info = await ledger.Store.GetBranchAsync(branch.StreamName, cancellationToken);
            await (await ledger.OpenAsync(info!.Root, cancellationToken)).DiffAsync(branch, cancellationToken: cancellationToken);
        });
        await AddAsync("fork of a run", n => ledger.ForkAsync(Run(n), new Position(ScalePlan.EventsOfRun / 2), cancellationToken: cancellationToken));
        await AddAsync("fork of the long run in its middle", n => ledger.ForkAsync(ScalePlan.Long, new Position(log.Plan.LongRun / 2), cancellationToken: cancellationToken));
        await AddAsync("status of a run", n => ledger.Summaries.FindAsync(Run(n), cancellationToken));
        await AddAsync("status of the long run", n => ledger.Summaries.FindAsync(ScalePlan.Long, cancellationToken));
        await AddAsync("list of runs, first page", n => ledger.Summaries.QueryAsync(new RunQuery(), cancellationToken));
        await AddAsync("search of a tool's calls, first page", n => store.Get<ILogSearch>()!.SearchAsync(new LogQuery { Types = ["scale.tool"] }, cancellationToken));
        await AddAsync("search of a word in one run", n => store.Get<ILogSearch>()!.SearchAsync(new LogQuery { Streams = [Run(n)], Text = "question" }, cancellationToken));
        await using var explorer = await ExplorerServer.StartAsync(ledger, cancellationToken);
        await AddAsync("explorer: list of runs", n => explorer.ReadAsync("/", cancellationToken));
        await AddAsync("explorer: page of a run", n => explorer.ReadAsync($"/run?stream={Run(n)}", cancellationToken));
        await AddAsync("explorer: page of the long run", n => explorer.ReadAsync($"/run?stream={ScalePlan.Long}", cancellationToken));
        await AddAsync("explorer: world of a run", n => explorer.ReadAsync($"/world?stream={Run(n)}", cancellationToken));
        await AddAsync("explorer: branches of a run", n => explorer.ReadAsync($"/branches?stream=run:{runs}", cancellationToken));
        return results;

        async Task AddAsync(string name, Func<int, Task> ask)
        {
            show($"{log.Plan.Events:N0} events: {name}");
            for (var i = 0; i < WarmUp; i++)
            {
                await ask(i);
            }

            var (latencies, since) = (new Latencies(), Stopwatch.GetTimestamp());
            for (var i = WarmUp; i < WarmUp + Calls && Stopwatch.GetElapsedTime(since) < Enough; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await ask(i);
                latencies.Add(Stopwatch.GetTimestamp() - started);
            }

            results.Add((name, latencies.Milliseconds(0.50), latencies.Milliseconds(0.95)));
        }
    }
}
