using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Benchmarks.Explorers;
using Ledger.Benchmarks.Measuring;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Benchmarks.Scales;

/// <summary>Calls of one caller; each is about another run, chosen in the same way for every size.</summary>
internal sealed class ScaleQuestions(ScaleLog log, ExplorerServer explorer)
{
    private const int WarmUp = 20;
    private const int Turns = 10;
    private const int CallsOfTurn = 20;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(20);

    /// <summary>Asks logs in turn, each question after the other. The latencies in milliseconds, a list for each log.</summary>
    public static async Task<IReadOnlyList<IReadOnlyList<(string Name, double Middle, double Tail)>>> AskAsync(
        IReadOnlyList<ScaleLog> logs, Action<string> show, CancellationToken cancellationToken)
    {
        var asked = new List<ScaleQuestions>();
        try
        {
            foreach (var log in logs)
            {
                asked.Add(new ScaleQuestions(log, await ExplorerServer.StartAsync(log.Ledger, cancellationToken)));
            }

            var results = logs.Select(_ => new List<(string, double, double)>()).ToList();
            var questions = asked.ConvertAll(one => one.All(cancellationToken).ToList());
            for (var i = 0; i < questions[0].Count; i++)
            {
                show(questions[0][i].Name);
                var latencies = await MeasureAsync(questions.ConvertAll(each => each[i].Ask));
                for (var one = 0; one < logs.Count; one++)
                {
                    results[one].Add((questions[one][i].Name, latencies[one].Milliseconds(0.50), latencies[one].Milliseconds(0.95)));
                }
            }

            return results;
        }
        finally
        {
            foreach (var one in asked)
            {
                await one.Explorer.DisposeAsync();
            }
        }
    }

    private ExplorerServer Explorer => explorer;

    private static async Task<List<Latencies>> MeasureAsync(List<Func<int, Task>> questions)
    {
        var latencies = questions.ConvertAll(_ => new Latencies());

        // The first to ask pays for the compilation of the code.
        foreach (var ask in questions.Concat(questions))
        {
            for (var n = 0; n < WarmUp; n++)
            {
                await ask(n);
            }
        }

        var since = Stopwatch.GetTimestamp();
        for (var turn = 1; turn <= Turns && Stopwatch.GetElapsedTime(since) < Enough * questions.Count; turn++)
        {
            for (var one = 0; one < questions.Count; one++)
            {
                for (var n = 0; n < CallsOfTurn; n++)
                {
                    var started = Stopwatch.GetTimestamp();
                    await questions[one](WarmUp + (turn * CallsOfTurn) + n);
                    latencies[one].Add(Stopwatch.GetTimestamp() - started);
                }
            }
        }

        return latencies;
    }

    private IEnumerable<(string Name, Func<int, Task> Ask)> All(CancellationToken cancellationToken)
    {
        var (ledger, store, runs, length) = (log.Ledger, log.Store, log.Plan.Runs, log.Plan.LongRun);

        // The first three quarters have no branches.
        StreamName Run(int n) => StreamName.Run($"{1 + (int)(n * 7_919L % Math.Max(1, runs * 3 / 4))}");
        StreamName Branch(int n) => StreamName.Branch($"b{n * 7_919L % Math.Max(1, log.Plan.Branches)}");
        string Object(int n) => $"obj-{1 + (n % 200)}";
        Position Past(int n) => new(length - 1 - (n * 7_919L % (length / 2)));
        Task<Run> Open(StreamName name) => ledger.OpenAsync(name, cancellationToken);
        yield return ("append of one event to a run", n => store.AppendAsync(Run(n), ExpectedVersion.Any, [new ObjectPatched("obj-1", new JsonObject { ["n"] = n })], cancellationToken));
        yield return ("append of one event to the long run", n => store.AppendAsync(ScalePlan.Long, ExpectedVersion.Any, [new ObjectPatched("obj-1", new JsonObject { ["n"] = n })], cancellationToken));
        yield return ("read of a run (4,500 events)", async n => await store.ReadForwardAsync(Run(n), cancellationToken: cancellationToken).CountAsync(cancellationToken));
        yield return ("last 100 events of the long run", async n => await store.ReadBackwardAsync(ScalePlan.Long, cancellationToken: cancellationToken).Take(100).CountAsync(cancellationToken));
        yield return ("world of a run (225 objects)", async n => await (await Open(Run(n))).GetWorldAsync(cancellationToken: cancellationToken));
        yield return ("world of the long run (1,000 objects)", async n => await (await Open(ScalePlan.Long)).GetWorldAsync(cancellationToken: cancellationToken));
        yield return ("world of the long run in its past", async n => await (await Open(ScalePlan.Long)).GetWorldAsync(Past(n), cancellationToken));
        yield return ("one object of the long run in its past", async n => await (await Open(ScalePlan.Long)).FindObjectAsync(Object(n), Past(n), cancellationToken));
        yield return ("diff of a branch and its run", async n =>
        {
            var branch = await Open(Branch(n));
            var info = await ledger.Store.GetBranchAsync(branch.StreamName, cancellationToken);
            await (await Open(info!.Root)).DiffAsync(branch, cancellationToken: cancellationToken);
        });
        yield return ("fork of a run", n => ledger.ForkAsync(Run(n), new Position(ScalePlan.EventsOfRun / 2), cancellationToken: cancellationToken));
        yield return ("fork of the long run in its middle", n => ledger.ForkAsync(ScalePlan.Long, new Position(length / 2), cancellationToken: cancellationToken));
        yield return ("snapshot of the long run", async n => await (await Open(ScalePlan.Long)).SaveSnapshotAsync(cancellationToken));
        yield return ("first call by a new handle, in the long run", async n => await (await Open(ScalePlan.Long)).CallOnceAsync(
            "llm", Json(new() { ["model"] = "m", ["messages"] = $"question {n}" }), _ => Task.FromResult(new CallResponse(Json(new() { ["text"] = "answer" }))), cancellationToken: cancellationToken));
        yield return ("blame of an object of a run", async n => await (await Open(Run(n))).BlameAsync(Object(n), cancellationToken: cancellationToken));
        yield return ("blame in SQL of an object of the long run", n => log.BlameAsync(ScalePlan.Long, Object(n), cancellationToken));
        yield return ("status of a run", n => ledger.Summaries.FindAsync(Run(n), cancellationToken));
        yield return ("status of the long run", n => ledger.Summaries.FindAsync(ScalePlan.Long, cancellationToken));
        yield return ("list of runs, first page", n => ledger.Summaries.QueryAsync(new RunQuery(), cancellationToken));
        yield return ("search of a tool's calls, first page", n => store.Get<ILogSearch>()!.SearchAsync(new LogQuery { Types = ["scale.tool"] }, cancellationToken));
        yield return ("search of a word in one run", n => store.Get<ILogSearch>()!.SearchAsync(new LogQuery { Streams = [Run(n)], Text = "question" }, cancellationToken));
        yield return ("explorer: list of runs", n => explorer.ReadAsync("/", cancellationToken));
        yield return ("explorer: page of a run", n => explorer.ReadAsync($"/run?stream={Run(n)}", cancellationToken));
        yield return ("explorer: page of the long run", n => explorer.ReadAsync($"/run?stream={ScalePlan.Long}", cancellationToken));
        yield return ("explorer: world of a run", n => explorer.ReadAsync($"/world?stream={Run(n)}", cancellationToken));
        yield return ("explorer: an object of the long run", n => explorer.ReadAsync($"/object?stream={ScalePlan.Long}&id={Object(n)}", cancellationToken));
        yield return ("explorer: branches of a run", n => explorer.ReadAsync($"/branches?stream=run:{runs}", cancellationToken));
    }

    private static JsonElement Json(JsonObject json) => JsonSerializer.SerializeToElement(json);
}
