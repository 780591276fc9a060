using System.Data.Common;
using System.Globalization;
using System.Xml.Linq;
using Ledger.Postgres;
using Ledger.Postgres.Migrations;
using Weasel.Core;
using Weasel.Postgresql;
using DbCommandBuilder = Weasel.Core.DbCommandBuilder;

namespace Ledger.Marten.Schema;

/// <summary>The migrations as one object: it differs by those that have not run, and they are what creates it.</summary>
internal sealed class LedgerSchemaObject(PostgresOptions options) : ISchemaObject
{
    public DbObjectName Identifier { get; } = new PostgresqlObjectName(
        options.LedgerSchema, "migration", SchemaUtils.IdentifierUsage.General);

    public IEnumerable<DbObjectName> AllNames() => [Identifier];

    /// <summary>Writes all migrations; each applies itself where it has not run.</summary>
    public void WriteCreateStatement(Migrator migrator, TextWriter writer)
    {
        writer.WriteLine(options.Schemas.Fill(SqlText.Load("PrepareMigrations")));
        foreach (var migration in Migration.All)
        {
            writer.WriteLine(options.Schemas.Fill(MartenSql.Load("apply_migration")
                .Replace("{number}", migration.Number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("{name}", migration.Name, StringComparison.Ordinal)
                .Replace("{checksum}", migration.Checksum, StringComparison.Ordinal)
                .Replace("{version}", Migration.ProgramVersion, StringComparison.Ordinal)
                .Replace("{text}", migration.Text.TrimEnd(), StringComparison.Ordinal)));
        }

        foreach (var table in options.DocumentTables)
        {
            writer.WriteLine(table.Create);
        }
    }

    /// <summary>Writes nothing: the log is not Marten's to drop.</summary>
    public void WriteDropStatement(Migrator rules, TextWriter writer)
    {
    }

    public void ConfigureQueryCommand(DbCommandBuilder builder) => builder.Append(MartenSql.Load("applied_migrations", options.Schemas));

    /// <exception cref="MigrationChecksumException">The database has a migration with another text.</exception>
    /// <exception cref="MigrationOrderException">The database has a later migration than a pending one.</exception>
    public async Task<ISchemaObjectDelta> CreateDeltaAsync(DbDataReader reader, CancellationToken ct = default)
    {
        await reader.ReadAsync(ct).ConfigureAwait(false);
        IReadOnlyList<AppliedMigration> applied = await reader.IsDBNullAsync(0, ct).ConfigureAwait(false)
            ? []
            : [.. XElement.Parse(reader.GetString(0)).Elements("row").Select(Read)];
        var pending = MigrationStatus.Pending(Migration.All, applied, options.LedgerSchema);
        var difference = pending.Count == 0
            ? SchemaPatchDifference.None
            : applied.Count == 0 ? SchemaPatchDifference.Create : SchemaPatchDifference.Update;
        return new SchemaObjectDelta(this, difference);
    }

    private static AppliedMigration Read(XElement row) => new(
        (int)row.Element("number")!,
        (string)row.Element("name")!,
        (string)row.Element("checksum")!,
        (DateTimeOffset)row.Element("applied_at")!,
        (string)row.Element("applied_by")!);
}
