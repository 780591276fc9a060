using System.Diagnostics;
using Ledger.Benchmarks.Measuring;
using Ledger.Runs;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>An agent of 100 calls is run again by a new handle: it reads the history once, and every call is answered from it.</summary>
internal sealed class CachedCalls : Scenario
{
    private const int Calls = 100;

    private readonly Contender _again = new("run again", async (bench, cancellationToken) =>
    {
        var started = Stopwatch.GetTimestamp();
        var made = await ExecuteAsync(bench.Ledger.GetRun("agent"), cancellationToken);
        return new Measurement { [Figure.Middle] = Stopwatch.GetElapsedTime(started).TotalMilliseconds / Calls, [Figure.CallsMade] = made };
    });

    public override string Name => "calls-cached";

    public override string Title => "100 calls answered from the log: the mean of a call";

    public override IReadOnlyList<Contender> Contenders => [_again];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.Middle, _again) with { AtLeast = 1.5 },
        Goal.Absolute(Figure.CallsMade, _again) with { AtLeast = 0 },
    ];

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) => ExecuteAsync(bench.Ledger.GetRun("agent"), cancellationToken);

    private static async Task<int> ExecuteAsync(Run run, CancellationToken cancellationToken)
    {
        var made = 0;
        for (var n = 0; n < Calls; n++)
        {
            await run.CallAsync(
                n % 2 == 0 ? "llm" : "tool",
                n % 2 == 0 ? $$"""{"model":"scripted","messages":["step {{n}}"]}""" : $$$"""{"tool":"status","arguments":{"step":{{{n}}}}}""",
                (_, _) =>
                {
                    made++;
                    return Task.FromResult(CallResponse.OfText($"answer {n}"));
                },
                cancellationToken: cancellationToken);
        }

        return made;
    }
}
