using System.Globalization;
using System.Text;

namespace Ledger.Postgres.Schema;

public sealed partial class LedgerMigrator
{
    /// <summary>All migrations, functions and tables of documents as one text for <c>psql</c>, for operators who do not let programs change their
    /// schema.</summary>
    /// <remarks>
    /// It applies and records what the database lacks, under the same lock and in the same transactions as <see cref="ApplyAsync"/>. It does not restore
    /// missing objects, and gives new tables and functions no rights of roles. With <see cref="Tenancy.Conjoined"/> it makes and updates a schema with the logs of many tenants, and
    /// stops as <see cref="ApplyAsync"/> does where that cannot be; the script of each tenancy stops at a schema of the other that has a log.
    /// </remarks>
    public string Script()
    {
        var script = new StringBuilder(FillForOne(SqlText.Load("ScriptHead")
            .Replace("{version}", Migration.ProgramVersion, StringComparison.Ordinal)
            .Replace("{check}", SqlText.Load(IsConjoined ? "ScriptConjoined" : "ScriptSingle").TrimEnd(), StringComparison.Ordinal)
            .Replace("{prepare}", SqlText.Load("PrepareMigrations").TrimEnd(), StringComparison.Ordinal)));
        script.Append('\n').Append(FillForOne(SqlText.Load("RefuseReserved")));
        script.Append('\n').Append(FillForOne(SqlText.Load("ScriptAdoption")
            .Replace("{text}", SchemaAdoption.Statement(Known[0], Functions).TrimEnd(), StringComparison.Ordinal)));
        foreach (var migration in Known)
        {
            script.Append('\n').Append(ScriptOf(migration));
        }

        return IsConjoined ? DividedScript(script) : SingleScript(script);
    }

    private string SingleScript(StringBuilder migrations)
    {
        migrations.Append('\n').Append(ScriptOfFunctions());
        return string.Join('\n', _options.DocumentTables.Select(table => table.Create).Prepend(migrations.ToString()));
    }

    // The tables are divided after the migrations, and before the functions, which name the keys.
    private string DividedScript(StringBuilder migrations)
    {
        foreach (var table in _options.DocumentTables)
        {
            migrations.Append('\n').Append(table.Create).Append('\n');
        }

        var tables = string.Join(", ", Divided().Select(SchemaNames.Literal));
        migrations.Append('\n').Append(_options.Schemas.Fill(SqlText.Load("ScriptConjoin")
                .Replace("{pending}", SqlText.Load("ConjoinedPending").TrimEnd(), StringComparison.Ordinal)
                .Replace("{text}", SqlText.Load("Conjoin").TrimEnd(), StringComparison.Ordinal))
            .Replace("{tables}", tables, StringComparison.Ordinal));
        return migrations.Append('\n').Append(ScriptOfFunctions()).ToString();
    }

    private string ScriptOf(Migration migration)
    {
        var functions = SchemaFunction.TextsFor(Functions, migration.Text);
        var script = FillForOne(SqlText.Load("ScriptMigration")
            .Replace("{number}", migration.Number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{name}", migration.Name, StringComparison.Ordinal)
            .Replace("{checksum}", migration.Checksum, StringComparison.Ordinal)
            .Replace("{version}", Migration.ProgramVersion, StringComparison.Ordinal));

        // Where tenants are there already, their rows are changed as those of one log.
        var text = FillForOne(migration.Text.TrimEnd());
        return script.Replace("{change}", IsConjoined
            ? string.Join(
                '\n',
                "\\if :ledger_divided",
                _options.Schemas.Fill(SqlText.Load("ConjoinedForce").Replace("{force}", "no force", StringComparison.Ordinal)).TrimEnd(),
                _options.Schemas.Fill(functions),
                "\\else",
                FillForOne(functions),
                "\\endif",
                text,
                "\\if :ledger_divided",
                _options.Schemas.Fill(SqlText.Load("ConjoinedForce").Replace("{force}", "force", StringComparison.Ordinal)).TrimEnd(),
                "\\endif")
            : $"{FillForOne(functions)}\n{text}", StringComparison.Ordinal);
    }

    private string ScriptOfFunctions()
    {
        var functions = Functions.Select(function => function.Apply(Known.Count)).Append(SchemaFunction.DropOthers(Functions, Known.Count));
        return _options.Schemas.Fill(SqlText.Load("ScriptFunctions").Replace("{functions}", string.Join('\n', functions), StringComparison.Ordinal));
    }

    private string FillForOne(string sql) => Undivide.Schemas.Fill(sql);
}
