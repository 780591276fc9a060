using System.Globalization;
using System.Text;

namespace Ledger.Postgres.Schema;

public sealed partial class LedgerMigrator
{
    /// <summary>All migrations, and the tables of documents, as one text for <c>psql</c>, for people who let no program change their schema.</summary>
    /// <remarks>
    /// It applies and records what the database lacks, under the same lock and in the same transactions as <see cref="ApplyAsync"/>.
    /// </remarks>
    public string Script()
    {
        var script = new StringBuilder(SqlText.Load("ScriptHead")
            .Replace("{version}", Migration.ProgramVersion, StringComparison.Ordinal)
            .Replace("{prepare}", SqlText.Load("PrepareMigrations").TrimEnd(), StringComparison.Ordinal));
        foreach (var migration in _known)
        {
            script.Append('\n').Append(SqlText.Load("ScriptMigration")
                .Replace("{number}", migration.Number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("{name}", migration.Name, StringComparison.Ordinal)
                .Replace("{checksum}", migration.Checksum, StringComparison.Ordinal)
                .Replace("{version}", Migration.ProgramVersion, StringComparison.Ordinal)
                .Replace("{text}", migration.Text.TrimEnd(), StringComparison.Ordinal));
        }

        return string.Join('\n', _options.DocumentTables.Select(table => table.Create).Prepend(_options.Schemas.Fill(script.ToString())));
    }
}
