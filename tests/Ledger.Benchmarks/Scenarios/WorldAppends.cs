using Ledger.Benchmarks.Martens;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Writers;
using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Single patches of 50 objects in turn, a run for each writer, with the world as rows, written by the append or by a daemon of the same process, without, beside the plain statement and beside Marten's inline snapshot.</summary>
internal sealed class WorldAppends : WritingScenario
{
    private readonly int _writers;
    private readonly double _wanted;
    private readonly double _peerThere;
    private readonly double? _wantedMiddle;
    private readonly Contender _rows;
    private readonly Contender _later;
    private readonly Contender _log;
    private readonly Contender _peer;
    private readonly Contender _marten;

    /// <param name="writers">How many writers, and connections of the peer.</param>
    /// <param name="wanted">The events a second that are asked for.</param>
    /// <param name="peerThere">What the peer made on the machine for which they are asked.</param>
    /// <param name="wantedMiddle">The p50 that is asked for, in milliseconds.</param>
    private WorldAppends(int writers, double wanted, double peerThere, double? wantedMiddle)
    {
        _writers = writers;
        _wanted = wanted;
        _peerThere = peerThere;
        _wantedMiddle = wantedMiddle;
        _rows = Patches("rows", writers, bench => bench.Ledger);
        _later = new Contender("rows by a daemon", async (bench, cancellationToken) =>
        {
            var options = new PostgresOptions { WorldRows = WorldRows.Async };
            await using var store = new PostgresEventStore(bench.DataSource, options);
            await using var daemon = new ProjectionDaemon(bench.DataSource, options, new DaemonOptions { SearchIndex = false });
            await daemon.StartAsync(cancellationToken);
            return await Patches("rows by a daemon", writers, _ => new AgentLedger(store)).MeasureAsync(bench, cancellationToken);
        });
        _log = Patches("log alone", writers, bench => new AgentLedger(bench.PlainStore));
        _peer = Statement(writers);
        _marten = MartenPeer.Patching(writers);
    }

    /// <summary>Eight writers.</summary>
    public static WorldAppends Few() => new(8, 10_000, StatementOfEight, wantedMiddle: 0.8);

    /// <summary>32 writers.</summary>
    public static WorldAppends Many() => new(32, 20_000, StatementOfMany, wantedMiddle: null);

    public override string Name => $"world-append-{_writers}";

    public override string Title => $"{_writers} writers, a run each, single patches of 50 objects in turn";

    public override IReadOnlyList<Contender> Contenders => [_rows, _later, _log, _peer, _marten];

    public override IReadOnlyList<Goal> Goals =>
    [
        .. Throughput(_rows, _peer, _wanted, _peerThere),
        Goal.Ratio(Figure.EventsPerSecond, _rows, _log) with { AtLeast = 0.75 },
        Goal.Ratio(Figure.EventsPerSecond, _later, _log) with { AtLeast = 0.75 },
        Goal.Ratio(Figure.EventsPerSecond, _rows, _marten),
        Goal.Absolute(Figure.Middle, _rows) with { AtLeast = _wantedMiddle },
    ];

    private static Contender Patches(string name, int writers, Func<Workbench, AgentLedger> ledger) =>
        new(name, (bench, cancellationToken) => WriterLoad.MeasureAsync(
            Writers(writers, StreamSharing.EachItsOwn, id => new PatchWriter(ledger(bench), id)), bench.Workload, cancellationToken));
}
