using JasperFx.Events.Projections;
using Ledger.Benchmarks.Martens;
using Ledger.Benchmarks.Measuring;
using Marten;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>An aggregate of a branch fetched for writing, beside that of a run with as many events.</summary>
internal sealed class FetchAggregates : Scenario
{
    private const int Levels = 5;
    private static readonly StreamName Run = StreamName.Run("fetched");
    private static readonly StreamName Branch = StreamName.Branch("fetched");
    private static readonly StreamName Twig = StreamName.Branch($"twig-{Levels}");
    private readonly MartenAggregates _aggregates;
    private readonly SnapshotLifecycle? _lifecycle;
    private readonly int _events;
    private readonly Contender _branch;
    private readonly Contender _twig;
    private readonly Contender _run;
    private readonly Contender _branchByMarten;
    private readonly Contender _runByMarten;
    private readonly Contender _marten;

    /// <param name="lifecycle">How documents are kept; null for none, so that each fetch folds.</param>
    /// <param name="events">The length of each history.</param>
    public FetchAggregates(SnapshotLifecycle? lifecycle, int events)
    {
        (_lifecycle, _events, _aggregates) = (lifecycle, events, new MartenAggregates(lifecycle));
        _branch = ByLedger("branch", Branch);
        _twig = ByLedger($"branch at depth {Levels}", Twig);
        _run = ByLedger("run", Run);
        _branchByMarten = ByMarten("branch, by Marten's call", Branch);
        _runByMarten = ByMarten("run, by Marten's call", Run);
        _marten = _aggregates.Alone(events);
    }

    public override string Name => $"fetch-{Kind}-{_events}";

    public override string Title => $"FetchForWriting of an aggregate of {_events:#,0} events, {Kind}: a branch that shares half of them, and a run";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_branch, _run, _twig, _branchByMarten, _runByMarten, _marten];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Ratio(Figure.Middle, _branch, _run) with { AtLeast = 1.5 },
        Goal.Ratio(Figure.Middle, _branchByMarten, _runByMarten) with { AtLeast = 1.5 },
        Goal.Ratio(Figure.Middle, _twig, _run),
        Goal.Ratio(Figure.Middle, _branch, _marten),
        Goal.Ratio(Figure.Middle, _run, _marten),
    ];

    private string Kind => _lifecycle?.ToString().ToLowerInvariant() ?? "live";

    public override Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) => _aggregates.FillAsync(bench, async ledger =>
    {
        var run = ledger.GetRun(Run.Id);
        await AppendAsync(run, _events);
        await AppendAsync(await run.ForkAsync(new Position(_events / 2), new() { Id = Branch.Id }, cancellationToken), _events);
        var parent = run;
        for (var level = 1; level <= Levels; level++)
        {
            var shared = _events * level / (Levels + 1);
            parent = await parent.ForkAsync(new Position(shared), new() { Id = $"twig-{level}" }, cancellationToken);
            await AppendAsync(parent, level < Levels ? _events * (level + 1) / (Levels + 1) : _events);
        }

        async Task AppendAsync(Run stream, int upTo)
        {
            var length = await stream.GetLengthAsync(cancellationToken);
            await stream.AppendAsync([.. Enumerable.Range(0, upTo - (int)length.Value).Select(n => Payloads.Event(n))], cancellationToken: cancellationToken);
        }
    });

    private Contender ByLedger(string name, StreamName stream) => _aggregates.Fetching(
        name, async (session, token) => (await session.Ledger().FetchForWritingAsync<LedgerCount>(stream, token)).Aggregate!.Events, _events);

    private Contender ByMarten(string name, StreamName stream) => _aggregates.Fetching(
        name, async (session, token) => (await session.Events.FetchForWriting<LedgerCount>(stream.Value, token)).Aggregate!.Events, _events);
}
