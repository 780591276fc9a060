using System.Globalization;
using System.Text;
using Ledger.Postgres.Tenants;

namespace Ledger.Postgres.Schema;

public sealed partial class LedgerMigrator
{
    /// <summary>All migrations, functions and tables of documents as one text for <c>psql</c>, for operators who do not let programs change their
    /// schema.</summary>
    /// <remarks>
    /// It applies and records what the database lacks, under the same lock and in the same transactions as <see cref="ApplyAsync"/>. It does not restore
    /// missing objects.
    /// </remarks>
    public string Script()
    {
        TenancyGuard.Refuse(_options, "A script of the migrations");
        var script = new StringBuilder(SqlText.Load("ScriptHead")
            .Replace("{version}", Migration.ProgramVersion, StringComparison.Ordinal)
            .Replace("{prepare}", SqlText.Load("PrepareMigrations").TrimEnd(), StringComparison.Ordinal));
        script.Append('\n').Append(SqlText.Load("RefuseReserved"));
        script.Append('\n').Append(SqlText.Load("ScriptAdoption")
            .Replace("{text}", SchemaAdoption.Statement(Known[0], Functions).TrimEnd(), StringComparison.Ordinal));
        foreach (var migration in Known)
        {
            script.Append('\n').Append(SqlText.Load("ScriptMigration")
                .Replace("{number}", migration.Number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("{name}", migration.Name, StringComparison.Ordinal)
                .Replace("{checksum}", migration.Checksum, StringComparison.Ordinal)
                .Replace("{version}", Migration.ProgramVersion, StringComparison.Ordinal)
                .Replace("{functions}", SchemaFunction.TextsFor(Functions, migration.Text), StringComparison.Ordinal)
                .Replace("{text}", migration.Text.TrimEnd(), StringComparison.Ordinal));
        }

        var functions = Functions.Select(function => function.Apply(Known.Count)).Append(SchemaFunction.DropOthers(Functions, Known.Count));
        script.Append('\n').Append(SqlText.Load("ScriptFunctions").Replace("{functions}", string.Join('\n', functions), StringComparison.Ordinal));
        return string.Join('\n', _options.DocumentTables.Select(table => table.Create).Prepend(_options.Schemas.Fill(script.ToString())));
    }
}
