using System.Text.RegularExpressions;

namespace Ledger.Cli.Demo.References;

/// <summary>Python's two forms of import. What is imported by <c>from</c> may be a module or a name in one, so both are mentioned.</summary>
internal sealed partial class PythonScanner : MentionScanner
{
    public override void Scan(ReadOnlySpan<char> line, List<Mention> mentions)
    {
        if (line.IndexOf("import", StringComparison.Ordinal) < 0)
        {
            return;
        }

        var text = line.ToString();
        if (Import().Match(text) is { Success: true } import)
        {
            foreach (var module in Names(import.Groups["names"].Value))
            {
                mentions.Add(new Mention(MentionKind.ImportsModule, module));
            }
        }
        else if (FromImport().Match(text) is { Success: true } from)
        {
            var module = from.Groups["module"].Value;
            mentions.Add(new Mention(MentionKind.ImportsModule, module));
            foreach (var name in Names(from.Groups["names"].Value))
            {
                mentions.Add(new Mention(MentionKind.ImportsModule, module.EndsWith('.') ? module + name : $"{module}.{name}"));
            }
        }
    }

    // "a, b as c" are a and b; what no name begins with (a parenthesis, a comment) is left out.
    private static IEnumerable<string> Names(string list) =>
        list.Split(',').Select(part => Name().Match(part).Value).Where(name => name.Length > 0);

    [GeneratedRegex(@"^\s*import\s+(?<names>[\w.]+[^#;]*)", RegexOptions.CultureInvariant)]
    private static partial Regex Import();

    [GeneratedRegex(@"^\s*from\s+(?<module>\.*[\w.]*)\s+import\s+\(?(?<names>[^#;)]*)", RegexOptions.CultureInvariant)]
    private static partial Regex FromImport();

    [GeneratedRegex(@"(?<=^\s*)[\w.]+", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
