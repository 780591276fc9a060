using System.Collections;

namespace Ledger.Postgres.Schema;

/// <summary>What one call of <see cref="LedgerMigrator.ApplyAsync"/> did: a list of the migrations that it applied, in order.</summary>
/// <remarks>Immutable.</remarks>
public sealed class MigrationRun : IReadOnlyList<MigrationStatus>
{
    private readonly IReadOnlyList<MigrationStatus> _applied;

    internal MigrationRun(IReadOnlyList<MigrationStatus> applied, IReadOnlyList<SchemaDifference> mended)
    {
        _applied = applied;
        Mended = mended;
    }

    /// <summary>What earlier migrations had made, was missing, and was made again.</summary>
    public IReadOnlyList<SchemaDifference> Mended { get; }

    /// <summary>The number of applied migrations.</summary>
    public int Count => _applied.Count;

    /// <summary>An applied migration.</summary>
    public MigrationStatus this[int index] => _applied[index];

    /// <inheritdoc/>
    public IEnumerator<MigrationStatus> GetEnumerator() => _applied.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
