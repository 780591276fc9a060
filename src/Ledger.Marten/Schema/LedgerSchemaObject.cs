using System.Data.Common;
using System.Globalization;
using System.Xml.Linq;
using Ledger.Postgres;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Schema;
using Npgsql;
using Weasel.Core;
using Weasel.Postgresql;
using DbCommandBuilder = Weasel.Core.DbCommandBuilder;

namespace Ledger.Marten.Schema;

/// <summary>The migrations as one object: it differs by those that have not run, and by what they made and is gone; they are what creates it.</summary>
/// <param name="options">Ledger's.</param>
/// <param name="dataSource">The store's connections, once it is made.</param>
internal sealed class LedgerSchemaObject(PostgresOptions options, Func<NpgsqlDataSource> dataSource) : ISchemaObject
{
    private const string OwnSchema = "{ledger}.";

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

    public void ConfigureQueryCommand(DbCommandBuilder builder) => builder.Append(Question());

    /// <exception cref="MigrationChecksumException">The database has a migration with another text.</exception>
    /// <exception cref="MigrationOrderException">The database has a later migration than a pending one.</exception>
    public async Task<ISchemaObjectDelta> CreateDeltaAsync(DbDataReader reader, CancellationToken ct = default)
    {
        await reader.ReadAsync(ct).ConfigureAwait(false);
        IReadOnlyList<AppliedMigration> applied = await reader.IsDBNullAsync(0, ct).ConfigureAwait(false)
            ? []
            : [.. XElement.Parse(reader.GetString(0)).Elements("row").Select(Read)];
        var pending = MigrationStatus.Pending(Migration.All, applied, options.LedgerSchema);
        if (applied.Count > 0
            && applied.All(row => row.Number <= Migration.All.Count)
            && await reader.GetFieldValueAsync<bool>(1, ct).ConfigureAwait(false)
            && await FindMissingAsync(applied, pending.Count > 0, ct).ConfigureAwait(false) is { Statements.Count: > 0 } mending)
        {
            return new SchemaObjectDelta(new MendedSchemaObject(this, mending), SchemaPatchDifference.Update);
        }

        var difference = pending.Count == 0
            ? SchemaPatchDifference.None
            : applied.Count == 0 ? SchemaPatchDifference.Create : SchemaPatchDifference.Update;
        return new SchemaObjectDelta(this, difference);
    }

    // With the names that the migrations make.
    private string Question()
    {
        var definitions = SchemaDefinitions.Of(Migration.All).ToLookup(definition => definition.Kind is "function" or "procedure", definition => definition.Name);
        var keys = SchemaCatalog.ExpectedLines().Select(CatalogEntry.Parse)
            .Where(entry => entry.Kind == "constraint"
                && entry.Object.StartsWith(OwnSchema, StringComparison.Ordinal)
                && entry.Definition.StartsWith("FOREIGN KEY", StringComparison.Ordinal))
            .Select(entry => entry.Part!);
        return MartenSql.Load("applied_migrations", options.Schemas)
            .Replace("{relations}", Constants(definitions[false].Select(options.Schemas.Fill)), StringComparison.Ordinal)
            .Replace("{routines}", Constants(definitions[true].Select(name => name[OwnSchema.Length..])), StringComparison.Ordinal)
            .Replace("{keys}", Constants(keys), StringComparison.Ordinal);
    }

    private static string Constants(IEnumerable<string> names) => string.Join(", ", names.Select(SchemaNames.Literal));

    // Marten still reads its answers from its own connection.
    private async Task<SchemaMending> FindMissingAsync(IReadOnlyList<AppliedMigration> applied, bool isPending, CancellationToken ct)
    {
        var connection = await Connections.OpenAsync(dataSource(), ct).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var catalog = await SchemaCatalog.ReadAsync(connection, options.Schemas, [], ct).ConfigureAwait(false);
        return isPending
            ? SchemaMending.OfObjects(
                catalog, options.Schemas, [.. Migration.All.Where(migration => applied.Any(row => row.Number == migration.Number))])
            : SchemaMending.OfAll(catalog, options.Schemas);
    }

    private static AppliedMigration Read(XElement row) => new(
        (int)row.Element("number")!,
        (string)row.Element("name")!,
        (string)row.Element("checksum")!,
        (DateTimeOffset)row.Element("applied_at")!,
        (string)row.Element("applied_by")!);
}
