using Ledger.Benchmarks.Measuring;
using Ledger.Postgres.Projections.Daemon;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Appends while a daemon of the same process keeps the index of the search, beside the same without it.</summary>
internal sealed class IndexedAppends : WritingScenario
{
    private readonly int _writers;
    private readonly Contender _indexed;
    private readonly Contender _plain;

    /// <param name="writers">How many writers, a run each.</param>
    public IndexedAppends(int writers)
    {
        _writers = writers;
        _plain = Ledger(writers);
        _indexed = new Contender("Ledger, indexed", async (bench, cancellationToken) =>
        {
            await using var daemon = new ProjectionDaemon(bench.DataSource);
            await daemon.StartAsync(cancellationToken);
            return await _plain.MeasureAsync(bench, cancellationToken);
        });
    }

    public override string Name => $"search-append-{_writers}";

    public override string Title => $"single events of {(_writers == 1 ? "1 writer" : $"{_writers} writers")}, indexed for the search meanwhile";

    public override IReadOnlyList<Contender> Contenders => [_indexed, _plain];

    public override IReadOnlyList<Goal> Goals => _writers == 1
        ? [Goal.Ratio(Figure.Middle, _indexed, _plain), Goal.Ratio(Figure.EventsPerSecond, _indexed, _plain)]
        : [Goal.Ratio(Figure.EventsPerSecond, _indexed, _plain)];
}
