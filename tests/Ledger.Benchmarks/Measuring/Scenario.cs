using Ledger.Testing;

namespace Ledger.Benchmarks.Measuring;

/// <summary>A piece of work that contenders do in turn, and the numbers that are asked of it.</summary>
internal abstract class Scenario
{
    /// <summary>What it is filtered by.</summary>
    public abstract string Name { get; }

    /// <summary>What is done, in a line.</summary>
    public abstract string Title { get; }

    /// <summary>Ledger first, then the peers.</summary>
    public abstract IReadOnlyList<Contender> Contenders { get; }

    /// <summary>What it is judged by.</summary>
    public abstract IReadOnlyList<Goal> Goals { get; }

    /// <summary>Whether the contenders leave the data as it is, so that one database serves all rounds.</summary>
    public virtual DatabaseLife Life => DatabaseLife.Measurement;

    /// <summary>Creates a database that has never been analysed.</summary>
    public virtual Task<TestDatabase> CreateDatabaseAsync(TestPostgres server, Workload workload, CancellationToken cancellationToken) =>
        Databases.CreateEmptyAsync(server, cancellationToken);

    /// <summary>Does in a new database what is not measured.</summary>
    public virtual Task PrepareAsync(Workbench bench, CancellationToken cancellationToken) => Task.CompletedTask;
}
