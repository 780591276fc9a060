using System.Data.Common;
using Ledger.Postgres.Schema;
using Weasel.Core;
using DbCommandBuilder = Weasel.Core.DbCommandBuilder;

namespace Ledger.Marten.Schema;

/// <summary>The migrations and functions of a database in which some of their objects are missing: those are created again first.</summary>
internal sealed class MendedSchemaObject(LedgerSchemaObject migrations, SchemaMending mending) : ISchemaObject
{
    public DbObjectName Identifier => migrations.Identifier;

    public IEnumerable<DbObjectName> AllNames() => migrations.AllNames();

    /// <summary>Writes what mends, then all migrations and functions.</summary>
    public void WriteCreateStatement(Migrator migrator, TextWriter writer)
    {
        foreach (var statement in mending.Statements)
        {
            writer.WriteLine(statement);
        }

        migrations.WriteCreateStatement(migrator, writer);
    }

    public void WriteDropStatement(Migrator rules, TextWriter writer) => migrations.WriteDropStatement(rules, writer);

    public void ConfigureQueryCommand(DbCommandBuilder builder) => migrations.ConfigureQueryCommand(builder);

    public Task<ISchemaObjectDelta> CreateDeltaAsync(DbDataReader reader, CancellationToken ct = default) =>
        migrations.CreateDeltaAsync(reader, ct);
}
