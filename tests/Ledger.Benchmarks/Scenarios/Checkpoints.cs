using System.Diagnostics;
using System.Text.Json;
using Ledger.Agents;
using Ledger.Benchmarks.Measuring;
using Ledger.Events;
using Microsoft.Agents.AI.Workflows;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Checkpoints of a workflow of 100 KB, one after the other, beside events of that size.</summary>
internal sealed class Checkpoints : Scenario
{
    // As state is: a name and a text a member.
    private static readonly JsonElement State = JsonElement.Parse(
        $"{{{string.Join(',', Enumerable.Range(0, 1_000).Select(n => $"\"member-{n:D4}\":\"{new string((char)('a' + (n % 26)), 85)}\""))}}}");

    private readonly Contender _saved = new("checkpoint", async (bench, cancellationToken) =>
    {
        var store = new LedgerCheckpointStore(bench.Ledger);
        var session = $"{Guid.NewGuid()}";
        CheckpointInfo? last = null;
        return await MeasureAsync(bench, async _ => last = await store.CreateCheckpointAsync(session, State, last));
    });

    private readonly Contender _appended = new("append", async (bench, cancellationToken) =>
    {
        var run = bench.Ledger.GetRun($"{Guid.NewGuid()}");
        return await MeasureAsync(bench, async _ => await run.AppendAsync([new NewEvent(new UntypedEvent("state", State))], cancellationToken));
    });

    public override string Name => "checkpoints";

    public override string Title => "a workflow's checkpoint of 100 KB, beside an event of that size";

    public override IReadOnlyList<Contender> Contenders => [_saved, _appended];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.Middle, _saved, _appended) with { AtLeast = 2.5 },
        Goal.Absolute(Figure.Middle, _saved),
    ];

    private static async Task<Measurement> MeasureAsync(Workbench bench, Func<int, Task> work)
    {
        var latencies = new Latencies();
        for (var n = 0; n < bench.Workload.Forks; n++)
        {
            var started = Stopwatch.GetTimestamp();
            await work(n);
            latencies.Add(Stopwatch.GetTimestamp() - started);
        }

        return new Measurement { [Figure.Middle] = latencies.Milliseconds(0.50), [Figure.Tail] = latencies.Milliseconds(0.99) };
    }
}
