using System.Diagnostics;
using Ledger.Benchmarks.Measuring;
using Ledger.Seal;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Events of a long sealed log are proved, one after the other.</summary>
internal sealed class SealProofs : SealedScenario
{
    private const int Proofs = 300;

    private readonly Contender _ledger = new("Ledger", async (bench, cancellationToken) =>
    {
        var seal = new LogSeal(bench.DataSource);
        var ids = new List<Guid>();
        await foreach (var recorded in bench.Store.ReadForwardAsync(new StreamName("run:7"), cancellationToken: cancellationToken))
        {
            ids.Add(recorded.Id);
        }

        var latencies = new Latencies();
        for (var i = 0; i < Proofs; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await seal.ProveAsync(ids[i % ids.Count], null, cancellationToken);
            if (i >= Proofs / 3)
            {
                latencies.Add(Stopwatch.GetTimestamp() - started);
            }
        }

        return new Measurement { [Figure.Middle] = latencies.Milliseconds(0.5), [Figure.Tail] = latencies.Milliseconds(0.99) };
    });

    public override string Name => "seal-proof";

    public override string Title => "proof of an event of 1,000,000";

    public override IReadOnlyList<Contender> Contenders => [_ledger];

    public override IReadOnlyList<Goal> Goals => [Goal.Absolute(Figure.Middle, _ledger) with { AtLeast = 2 }, Goal.Absolute(Figure.Tail, _ledger)];
}
