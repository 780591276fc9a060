namespace Ledger.Postgres.Schema;

/// <summary>A migration and its state in a database.</summary>
/// <param name="Number">Its place in the order, from 1.</param>
/// <param name="Name">What it adds.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Checksum">SHA-256 of its text in hexadecimal digits: the program's, or the database's when only that knows it.</param>
/// <param name="AppliedAt">When the database took it, or null.</param>
/// <param name="AppliedBy">The version of the program that applied it, or null.</param>
public sealed record MigrationStatus(
    int Number,
    string Name,
    MigrationState State,
    string Checksum,
    DateTimeOffset? AppliedAt = null,
    string? AppliedBy = null)
{
    /// <summary>The name of its file without the extension, such as <c>0001_tables</c>.</summary>
    public string FileName => $"{Number:D4}_{Name}";

    /// <summary>Compares the program's migrations with those of the database.</summary>
    internal static List<MigrationStatus> Join(IReadOnlyList<Migration> known, IReadOnlyList<AppliedMigration> applied)
    {
        var statuses = new List<MigrationStatus>();
        var unseen = applied.ToDictionary(migration => migration.Number);
        foreach (var migration in known)
        {
            if (!unseen.Remove(migration.Number, out var row))
            {
                statuses.Add(new(migration.Number, migration.Name, MigrationState.Pending, migration.Checksum));
                continue;
            }

            var state = row.Checksum == migration.Checksum && row.Name == migration.Name ? MigrationState.Applied : MigrationState.Changed;
            statuses.Add(new(migration.Number, migration.Name, state, migration.Checksum, row.AppliedAt, row.AppliedBy));
        }

        statuses.AddRange(unseen.Values.Select(row =>
            new MigrationStatus(row.Number, row.Name, MigrationState.Unknown, row.Checksum, row.AppliedAt, row.AppliedBy)));
        return [.. statuses.OrderBy(status => status.Number)];
    }

    /// <summary>The pending migrations, in order.</summary>
    /// <exception cref="MigrationChecksumException">The database has a migration with another text.</exception>
    /// <exception cref="MigrationOrderException">The database has a later migration than a pending one.</exception>
    internal static List<MigrationStatus> Pending(IReadOnlyList<Migration> known, IReadOnlyList<AppliedMigration> applied, string schema)
    {
        var migrations = Join(known, applied);
        var changed = migrations.Where(migration => migration.State == MigrationState.Changed).ToList();
        if (changed.Count > 0)
        {
            throw new MigrationChecksumException(schema, changed);
        }

        var pending = migrations.Where(migration => migration.State == MigrationState.Pending).ToList();
        if (pending.Count > 0
            && migrations.FirstOrDefault(m => m.Number > pending[0].Number && m.State != MigrationState.Pending) is { } later)
        {
            throw new MigrationOrderException(schema, pending[0], later);
        }

        return pending;
    }
}
