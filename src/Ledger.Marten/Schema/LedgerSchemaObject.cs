using System.Data.Common;
using System.Globalization;
using System.Xml.Linq;
using Ledger.Postgres;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Npgsql;
using Weasel.Core;
using Weasel.Postgresql;
using DbCommandBuilder = Weasel.Core.DbCommandBuilder;

namespace Ledger.Marten.Schema;

/// <summary>The migrations and functions as one object: it differs by those that have not run, and by missing objects; they are what creates it.</summary>
/// <param name="options">Ledger's.</param>
/// <param name="dataSource">The store's connections, once it is made; null if it has several databases, in which missing objects are left to <c>ledger migrate apply</c>.</param>
internal sealed class LedgerSchemaObject(PostgresOptions options, Func<NpgsqlDataSource?> dataSource) : ISchemaObject
{
    private const string OwnSchema = "{ledger}.";

    public DbObjectName Identifier { get; } = new PostgresqlObjectName(
        options.LedgerSchema, "migration", SchemaUtils.IdentifierUsage.General);

    public IEnumerable<DbObjectName> AllNames() => [Identifier];

    /// <summary>Writes all migrations and functions; each applies itself if it has not run. Those of a schema of many tenants are the migrator's.</summary>
    public void WriteCreateStatement(Migrator migrator, TextWriter writer)
    {
        if (options.Tenancy == Tenancy.Conjoined)
        {
            return;
        }

        writer.WriteLine(options.Schemas.Fill(SqlText.Load("PrepareMigrations")));
        writer.WriteLine(options.Schemas.Fill(SqlText.Load("RefuseReserved")));
        writer.WriteLine(options.Schemas.Fill(SchemaAdoption.Statement(Migration.All[0], SchemaFunction.All)));
        foreach (var migration in Migration.All)
        {
            writer.WriteLine(options.Schemas.Fill(MartenSql.Load("apply_migration")
                .Replace("{number}", migration.Number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("{name}", migration.Name, StringComparison.Ordinal)
                .Replace("{checksum}", migration.Checksum, StringComparison.Ordinal)
                .Replace("{version}", Migration.ProgramVersion, StringComparison.Ordinal)
                .Replace("{functions}", SchemaFunction.TextsFor(SchemaFunction.All, migration.Text), StringComparison.Ordinal)
                .Replace("{text}", migration.Text.TrimEnd(), StringComparison.Ordinal)));
        }

        foreach (var function in SchemaFunction.All)
        {
            writer.WriteLine(options.Schemas.Fill(function.Apply(Migration.All.Count)));
        }

        writer.WriteLine(options.Schemas.Fill(SchemaFunction.DropOthers(SchemaFunction.All, Migration.All.Count)));
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
    /// <exception cref="SchemaTooOldException">The database has to be migrated by the previous version first.</exception>
    /// <exception cref="TenancyException">A schema of many tenants lacks migrations.</exception>
    public async Task<ISchemaObjectDelta> CreateDeltaAsync(DbDataReader reader, CancellationToken ct = default)
    {
        await reader.ReadAsync(ct).ConfigureAwait(false);
        var migrations = await RowsAsync(reader, 0, ct).ConfigureAwait(false);
        var functions = await RowsAsync(reader, 1, ct).ConfigureAwait(false);
        var record = new SchemaRecord([.. migrations.Select(ReadMigration)], [.. functions.Select(ReadFunction)]);
        var isPending = record.IsPending(Migration.All, SchemaFunction.All, options.LedgerSchema);
        if (options.Tenancy == Tenancy.Conjoined)
        {
            // The tables of many tenants are divided between the migrations and the functions, which is for the migrator.
            return !isPending ? new SchemaObjectDelta(this, SchemaPatchDifference.None) : throw TenancyException.Of(
                $"The schema '{options.LedgerSchema}' has the logs of many tenants, and lacks migrations of this version, which are not Marten's to apply. "
                + "Run 'ledger migrate apply' as the role that owns the tables, or LedgerMigrator.ApplyAsync. Nothing was changed.");
        }

        if (record.Migrations.Count > 0
            && record.Current.All(row => row.Number <= Migration.All.Count)
            && record.Join(SchemaFunction.All, Migration.All).All(function => function.State != FunctionState.Newer)
            && await reader.GetFieldValueAsync<bool>(2, ct).ConfigureAwait(false)
            && dataSource() is { } source
            && await FindMissingAsync(source, record, isPending, ct).ConfigureAwait(false) is { Statements.Count: > 0 } mending)
        {
            return new SchemaObjectDelta(new MendedSchemaObject(this, mending), SchemaPatchDifference.Update);
        }

        var difference = !isPending
            ? SchemaPatchDifference.None
            : record.Migrations.Count == 0 ? SchemaPatchDifference.Create : SchemaPatchDifference.Update;
        return new SchemaObjectDelta(this, difference);
    }

    // With the names that the migrations make.
    private string Question()
    {
        var definitions = SchemaDefinitions.Of(Migration.All, SchemaFunction.All).ToLookup(definition => definition.Kind is "function" or "procedure", definition => definition.Name);
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
    private async Task<SchemaMending> FindMissingAsync(NpgsqlDataSource source, SchemaRecord record, bool isPending, CancellationToken ct)
    {
        var connection = await Connections.OpenAsync(TenancyGuard.Noted(source, options), ct).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var catalog = await SchemaCatalog.ReadAsync(connection, options.Schemas, [], ct).ConfigureAwait(false);
        return !isPending ? SchemaMending.OfAll(catalog, options.Schemas)
            : record.IsToAdopt ? SchemaMending.OfAdopted(catalog, options.Schemas, Migration.All[0])
            : SchemaMending.OfObjects(
                catalog,
                options.Schemas,
                [.. Migration.All.Where(migration => record.Migrations.Any(row => row.Number == migration.Number))],
                record.Made(SchemaFunction.All));
    }

    private static async Task<IEnumerable<XElement>> RowsAsync(DbDataReader reader, int column, CancellationToken ct) =>
        await reader.IsDBNullAsync(column, ct).ConfigureAwait(false) ? [] : XElement.Parse(reader.GetString(column)).Elements("row");

    private static AppliedMigration ReadMigration(XElement row) => new(
        (int)row.Element("number")!,
        (string)row.Element("name")!,
        (string)row.Element("checksum")!,
        (DateTimeOffset)row.Element("applied_at")!,
        (string)row.Element("applied_by")!);

    private static AppliedFunction ReadFunction(XElement row) => new(
        (string)row.Element("name")!,
        (string)row.Element("checksum")!,
        (DateTimeOffset)row.Element("applied_at")!,
        (string)row.Element("applied_by")!);
}
