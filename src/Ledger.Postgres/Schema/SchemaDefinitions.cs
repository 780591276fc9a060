using System.Text.RegularExpressions;

namespace Ledger.Postgres.Schema;

/// <summary>Finds the statement that creates each object in the migrations and functions, so that a missing one can be created again.</summary>
/// <remarks>
/// A table has the statements that create and alter it, its indexes, its triggers and its first rows.
/// Anything else, such as a <c>do</c> block, belongs to the moment of its migration and is not repeated.
/// </remarks>
internal sealed partial class SchemaDefinitions
{
    private readonly List<Entry> _entries = [];

    private SchemaDefinitions()
    {
    }

    /// <summary>What these migrations and functions make, in the order in which it can be made.</summary>
    internal static IReadOnlyList<SchemaDefinition> Of(IEnumerable<Migration> migrations, IEnumerable<SchemaFunction> functions) =>
        Of(migrations.Select(migration => migration.Text).Concat(functions.Select(function => function.Text)));

    /// <summary>What these files make, in the order in which it can be made.</summary>
    internal static IReadOnlyList<SchemaDefinition> Of(IEnumerable<string> texts)
    {
        var definitions = new SchemaDefinitions();
        foreach (var statement in texts.SelectMany(SqlStatements.Split))
        {
            definitions.Take(statement);
        }

        return
        [
            .. definitions._entries
                .GroupBy(entry => (entry.Kind, entry.Name))
                .Select(group => new SchemaDefinition(group.Key.Kind, group.Key.Name, [.. group.SelectMany(entry => entry.Statements)])),
        ];
    }

    private void Take(string statement)
    {
        if (Create().Match(statement) is { Success: true } create)
        {
            var (kind, name) = (create.Groups["kind"].Value, create.Groups["name"].Value);
            var arguments = kind is "function" or "procedure" ? Spaces().Replace(create.Groups["arguments"].Value, " ") : "";
            _entries.RemoveAll(entry => (entry.Kind, entry.Name, entry.Arguments) == (kind, name, arguments));
            _entries.Add(new Entry(kind, name, arguments, [WithReplace(statement)]));
        }
        else if (Drop().Match(statement) is { Success: true } drop)
        {
            _entries.RemoveAll(entry => entry.Kind == drop.Groups["kind"].Value && entry.Name == drop.Groups["name"].Value);
            _entries.ForEach(entry => entry.Statements.RemoveAll(made => Part().Match(made) is { Success: true } part
                && drop.Groups["kind"].Value == part.Groups["kind"].Value
                && drop.Groups["name"].Value.EndsWith($".{part.Groups["part"].Value}", StringComparison.Ordinal)));
        }
        else if (Part().Match(statement) is { Success: true } part)
        {
            Of("table", part.Groups["name"].Value)?.Statements.Add(statement);
        }
        else if (Change().Match(statement) is { Success: true } change)
        {
            Of(change.Groups["kind"] is { Success: true } kind ? kind.Value : "table", change.Groups["name"].Value)?.Statements.Add(statement);
        }
    }

    private Entry? Of(string kind, string name) => _entries.LastOrDefault(entry => entry.Kind == kind && entry.Name == name);

    // One of several routines of a name may be there.
    private static string WithReplace(string statement) => PlainRoutine().Replace(statement, "create or replace ");

    [GeneratedRegex(
        @"\Acreate (?:or replace )?(?<kind>table|view|sequence|function|procedure) (?:if not exists )?(?<name>[^\s(;]+)(?:\s*\((?<arguments>[^()]*)\))?",
        RegexOptions.CultureInvariant)]
    private static partial Regex Create();

    [GeneratedRegex(@"\Adrop (?<kind>table|view|sequence|function|procedure|index) (?:if exists )?(?<name>[^\s(;]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Drop();

    [GeneratedRegex(
        @"\Acreate (?:unique |constraint )?(?<kind>index|trigger) (?:if not exists )?(?<part>\S+)\s.*?\bon (?<name>[^\s(]+)",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Part();

    [GeneratedRegex(
        @"\A(?:alter (?<kind>table|sequence) |comment on (?<kind>table|view|function|procedure) |insert into )(?<name>[^\s(;]+)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Change();

    [GeneratedRegex(@"\Acreate (?=function|procedure)", RegexOptions.CultureInvariant)]
    private static partial Regex PlainRoutine();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();

    private sealed record Entry(string Kind, string Name, string Arguments, List<string> Statements);
}
