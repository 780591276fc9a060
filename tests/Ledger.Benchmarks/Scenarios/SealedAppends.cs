using Ledger.Benchmarks.Measuring;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Seal;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Appends while a daemon of the same process seals them, beside the same without the seal.</summary>
internal sealed class SealedAppends : WritingScenario
{
    private readonly int _writers;
    private readonly Contender _sealed;
    private readonly Contender _plain;

    /// <param name="writers">How many writers, a run each.</param>
    public SealedAppends(int writers)
    {
        _writers = writers;
        _plain = Ledger(writers);
        _sealed = new Contender("Ledger, sealed", async (bench, cancellationToken) =>
        {
            var options = new DaemonOptions { SearchIndex = false }.WithSeal(new SealOptions { Signers = [SealKey.Generate("example.com/bench")] });
            await using var daemon = new ProjectionDaemon(bench.DataSource, null, options);
            await daemon.StartAsync(cancellationToken);
            return await _plain.MeasureAsync(bench, cancellationToken);
        });
    }

    public override string Name => $"seal-append-{_writers}";

    public override string Title => $"single events of {(_writers == 1 ? "1 writer" : $"{_writers} writers")}, sealed meanwhile";

    public override IReadOnlyList<Contender> Contenders => [_sealed, _plain];

    public override IReadOnlyList<Goal> Goals => _writers == 1
        ? [Goal.Ratio(Figure.Middle, _sealed, _plain) with { AtLeast = 1.05 }, Goal.Ratio(Figure.EventsPerSecond, _sealed, _plain)]
        : [Goal.Ratio(Figure.EventsPerSecond, _sealed, _plain) with { AtLeast = 0.85 }];
}
