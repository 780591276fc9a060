namespace Ledger.Postgres.Schema;

/// <summary>A database's record of its migrations and functions.</summary>
internal sealed record SchemaRecord(IReadOnlyList<AppliedMigration> Migrations, IReadOnlyList<AppliedFunction> Functions)
{
    /// <summary>Whether the migrations are those before <c>0001_tables</c>, which the database moves over from.</summary>
    internal bool IsToAdopt => SchemaAdoption.IsOf(Migrations);

    /// <summary>The migrations that count: none of those that are replaced.</summary>
    internal IReadOnlyList<AppliedMigration> Current => IsToAdopt ? [] : Migrations;

    /// <summary>Compares the migrations with the program's.</summary>
    internal List<MigrationStatus> Join(IReadOnlyList<Migration> known) => MigrationStatus.Join(known, Current);

    /// <summary>Compares the functions with the program's.</summary>
    internal IReadOnlyList<FunctionStatus> Join(IReadOnlyList<SchemaFunction> functions, IReadOnlyList<Migration> known) =>
        FunctionStatus.Join(functions, Functions, Current.Any(row => row.Number > known.Count));

    /// <summary>Whether a migration or function has to be applied, or a function dropped.</summary>
    /// <exception cref="MigrationChecksumException">The database has a migration with another text.</exception>
    /// <exception cref="MigrationOrderException">The database has a later migration than a pending one.</exception>
    /// <exception cref="SchemaTooOldException">The database has to be migrated by the previous version first.</exception>
    internal bool IsPending(IReadOnlyList<Migration> known, IReadOnlyList<SchemaFunction> functions, string schema)
    {
        if (IsToAdopt)
        {
            SchemaAdoption.Check(Migrations, schema);
        }

        return MigrationStatus.Pending(known, Current, schema).Count > 0
            || Join(functions, known).Any(function => function.State is FunctionState.Pending or FunctionState.Obsolete);
    }

    /// <summary>The functions that the database should have, so that a missing one can be created again before pending ones are applied.</summary>
    internal IReadOnlyList<SchemaFunction> Made(IReadOnlyList<SchemaFunction> functions) =>
    [
        .. functions.Where(function => Functions.Any(row => row.Name == function.Name && (row.Checksum == function.Checksum || function.IsTrigger))),
    ];
}
