using System.Runtime.CompilerServices;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Writers;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Writers against writers.</summary>
internal abstract class WritingScenario : Scenario
{
    /// <summary>What the statement made with 8 and 32 connections on the machine for which events a second are asked.</summary>
    protected const double StatementOfEight = 14_500;

    /// <inheritdoc cref="StatementOfEight"/>
    protected const double StatementOfMany = 16_500;

    /// <summary>Ledger with so many callers at once, each on a run of its own or all on one.</summary>
    protected static Contender Ledger(int writers, int eventsPerCall = 1, StreamSharing sharing = StreamSharing.EachItsOwn) =>
        new("Ledger", (bench, cancellationToken) => WriterLoad.MeasureAsync(
            Writers(writers, sharing, id => new LedgerWriter(new AgentLedger(bench.PlainStore), id, eventsPerCall)), bench.Workload, cancellationToken));

    /// <summary>One prepared statement an event, on so many connections that are held open.</summary>
    protected static Contender Statement(int connections, StreamSharing sharing = StreamSharing.EachItsOwn) =>
        new($"statement ×{connections}", (bench, cancellationToken) => WriterLoad.MeasureAsync(
            Writers(connections, sharing, id => new StatementWriter(bench.ConnectionString, $"run:{id}")), bench.Workload, cancellationToken));

    /// <summary>Events a second that are asked for, and what they are beside the statement: machines differ, and one differs from day to day.</summary>
    /// <param name="ours">Who writes them.</param>
    /// <param name="peer">The statement.</param>
    /// <param name="asked">The events a second.</param>
    /// <param name="peerThere">What the statement made on the machine for which they are asked, with as many connections.</param>
    protected static IReadOnlyList<Goal> Throughput(Contender ours, Contender peer, double asked, double peerThere) =>
    [
        Goal.Ratio(Figure.EventsPerSecond, ours, peer) with { AtLeast = asked / peerThere },
        Goal.Absolute(Figure.EventsPerSecond, ours) with { AtLeast = asked },
    ];

    /// <summary>COPY of so many rows a transaction, on so many connections that are held open.</summary>
    protected static Contender Copy(int connections, int rows) =>
        new($"COPY by {rows} ×{connections}", (bench, cancellationToken) =>
        {
            var sequence = new StrongBox<long>();
            return WriterLoad.MeasureAsync(
                Writers(connections, StreamSharing.EachItsOwn, id => new CopyWriter(bench.ConnectionString, $"run:{id}", rows, sequence)),
                bench.Workload,
                cancellationToken);
        });

    /// <summary>So many writers, each made for a run of its own or all for one.</summary>
    protected static Writer[] Writers(int count, StreamSharing sharing, Func<string, Writer> create) =>
        [.. Enumerable.Range(0, count).Select(w => create(sharing == StreamSharing.AllOne ? "hot" : $"writer-{w}"))];
}
