using System.Runtime.CompilerServices;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Writers;
using Ledger.Runs;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Writers against writers.</summary>
internal abstract class WritingScenario : Scenario
{
    /// <summary>Ledger with so many callers at once, each on a run of its own or all on one.</summary>
    protected static Contender Ledger(int writers, int eventsPerCall = 1, StreamSharing sharing = StreamSharing.EachItsOwn) =>
        new("Ledger", (bench, cancellationToken) => WriterLoad.MeasureAsync(
            Writers(writers, sharing, id => new LedgerWriter(new AgentLedger(bench.PlainStore), id, eventsPerCall)), bench.Workload, cancellationToken));

    /// <summary>One prepared statement an event, on so many connections that are held open.</summary>
    protected static Contender Statement(int connections, StreamSharing sharing = StreamSharing.EachItsOwn) =>
        new($"statement ×{connections}", (bench, cancellationToken) => WriterLoad.MeasureAsync(
            Writers(connections, sharing, id => new StatementWriter(bench.ConnectionString, $"run:{id}")), bench.Workload, cancellationToken));

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
