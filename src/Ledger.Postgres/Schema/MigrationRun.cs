using System.Collections;

namespace Ledger.Postgres.Schema;

/// <summary>The result of one call of <see cref="LedgerMigrator.ApplyAsync"/>: a list of the migrations that it applied, in order.</summary>
/// <remarks>Immutable. Compared by reference.</remarks>
public sealed class MigrationRun : IReadOnlyList<MigrationStatus>
{
    private readonly IReadOnlyList<MigrationStatus> _applied;

    internal MigrationRun(IReadOnlyList<MigrationStatus> applied) => _applied = applied;

    /// <summary>The last of the migrations before <c>0001_tables</c> that this call moved the schema over from; null if it did not.</summary>
    public string? Adopted { get; internal init; }

    /// <summary>The names of the functions that were made or got their current text.</summary>
    public IReadOnlyList<string> Functions { get; internal init; } = [];

    /// <summary>The names of the functions that the program no longer has and that were dropped.</summary>
    public IReadOnlyList<string> DroppedFunctions { get; internal init; } = [];

    /// <summary>Objects of earlier migrations and functions that were missing and were created again.</summary>
    public IReadOnlyList<SchemaDifference> Mended { get; internal init; } = [];

    /// <summary>Whether the database had all that the program knows, so that nothing was done.</summary>
    public bool IsNothing => Adopted is null && Count + Functions.Count + DroppedFunctions.Count + Mended.Count == 0;

    /// <summary>The number of applied migrations.</summary>
    public int Count => _applied.Count;

    /// <summary>An applied migration.</summary>
    public MigrationStatus this[int index] => _applied[index];

    /// <inheritdoc/>
    public IEnumerator<MigrationStatus> GetEnumerator() => _applied.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
