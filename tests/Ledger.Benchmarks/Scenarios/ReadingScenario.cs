using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Readers;
using Ledger.Testing;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Reads of one long run: Ledger's, a plain reader of Npgsql's on the same columns, and COPY out of them.</summary>
internal abstract class ReadingScenario : Scenario
{
    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override Task<TestDatabase> CreateDatabaseAsync(
        TestPostgres server, Workload workload, CancellationToken cancellationToken) =>
        Databases.CreateWithRunAsync(server, workload.StreamEvents, cancellationToken);

    /// <summary>Ledger, asked for every event's typed data.</summary>
    protected static Contender Typed(Func<Workbench, CancellationToken, IAsyncEnumerable<RecordedEvent>> read) =>
        new("Ledger", (bench, cancellationToken) => ReadLoad.MeasureAsync(
            bench, () => TypedReader.CountAsync(read(bench, cancellationToken), cancellationToken)));

    /// <summary>The rows as values, without their JSON parsed.</summary>
    protected static Contender Rows(string sql, params object[] parameters) =>
        new("Npgsql rows", (bench, cancellationToken) => ReadLoad.MeasureAsync(
            bench, () => RowReader.CountAsync(bench.DataSource, sql, parameters, cancellationToken)));

    /// <summary>The bytes of the rows, not even split.</summary>
    protected static Contender Copy(string sql) =>
        new("COPY out", (bench, cancellationToken) => ReadLoad.MeasureAsync(
            bench, () => CopyReader.CountAsync(bench.DataSource, sql, bench.Workload.StreamEvents, cancellationToken)));
}
