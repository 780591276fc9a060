using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Ledger.Postgres.Schema;

/// <summary>One file of <c>migrations/functions/</c>, as it is embedded: a function or procedure with its current text.</summary>
internal sealed partial record SchemaFunction(string Name, string Text)
{
    private const string Folder = "functions/";
    private const string Extension = ".sql";

    /// <summary>Every function of this program, by name.</summary>
    internal static IReadOnlyList<SchemaFunction> All { get; } =
    [
        .. typeof(SchemaFunction).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new SchemaFunction(name[Folder.Length..^Extension.Length], SqlText.Read(name))),
    ];

    /// <summary>SHA-256 of the text before the schemas are filled in, so that it is the same in every database.</summary>
    internal string Checksum { get; } = Hash(Text);

    // Without comments before it.
    private string Statement => SqlStatements.Split(Text).First();

    private Match Head => Declaration().Match(Statement);

    /// <summary>SHA-256 of its parameters and result: a function cannot be replaced by one with another result or other names of parameters.</summary>
    internal string Signature => Hash(Spaces().Replace(Head.Groups["parameters"].Value + Head.Groups["result"].Value, " "));

    /// <summary>Its parameters as DROP takes them: without those that are results, and without defaults.</summary>
    internal string Arguments => string.Join(", ", Spaces().Replace(Head.Groups["parameters"].Value, " ")
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Where(parameter => !parameter.StartsWith("out ", StringComparison.Ordinal))
        .Select(parameter => parameter.Split(" default ")[0]));

    /// <summary>Whether a trigger calls it: it needs no table when it is made, and its trigger needs it.</summary>
    internal bool IsTrigger => Head.Groups["result"].Value.Contains("returns trigger", StringComparison.Ordinal);

    /// <summary>The texts of the functions that the triggers and views of a file call, which are made before it runs.</summary>
    internal static string TextsFor(IEnumerable<SchemaFunction> functions, string file)
    {
        var called = TriggerCall().Matches(file).Concat(ViewCall().Matches(file)).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        return string.Join('\n', functions.Where(function => called.Contains(function.Name)).Select(function => function.Text));
    }

    /// <summary>Whether a statement makes a view that calls functions, which must exist then.</summary>
    internal static bool IsViewThatCalls(string statement) => ViewOfSchema().IsMatch(statement);

    /// <summary>The statement that applies and records this function, with tokens for the schemas.</summary>
    internal string Apply(int lastMigration) => SqlText.Load("ApplyFunction")
        .Replace("{name}", Name, StringComparison.Ordinal)
        .Replace("{checksum}", Checksum, StringComparison.Ordinal)
        .Replace("{signature}", Signature, StringComparison.Ordinal)
        .Replace("{arguments}", Arguments, StringComparison.Ordinal)
        .Replace("{version}", Migration.ProgramVersion, StringComparison.Ordinal)
        .Replace("{last}", lastMigration.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{text}", Text.TrimEnd(), StringComparison.Ordinal);

    /// <summary>The statement that drops the recorded functions that are not among these, with tokens for the schemas.</summary>
    internal static string DropOthers(IEnumerable<SchemaFunction> functions, int lastMigration) => SqlText.Load("DropFunctions")
        .Replace("{names}", string.Join(", ", functions.Select(function => SchemaNames.Literal(function.Name))), StringComparison.Ordinal)
        .Replace("{version}", Migration.ProgramVersion, StringComparison.Ordinal)
        .Replace("{last}", lastMigration.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(
        @"\Acreate or replace (?:function|procedure) \{ledger\}\.\w+\s*\((?<parameters>[^()]*)\)(?<result>.*?)\nlanguage ",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\bexecute function \{ledger\}\.(?<name>\w+)", RegexOptions.CultureInvariant)]
    private static partial Regex TriggerCall();

    [GeneratedRegex(@"(?<=create or replace view [^;]*)\{ledger\}\.(?<name>\w+_v\d+)\(", RegexOptions.CultureInvariant)]
    private static partial Regex ViewCall();

    [GeneratedRegex(@"\Acreate or replace view\b.*\.\w+_v\d+\(", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex ViewOfSchema();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();
}
