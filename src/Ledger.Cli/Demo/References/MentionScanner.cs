using System.Text.RegularExpressions;
using Ledger.Cli.Demo.Files;

namespace Ledger.Cli.Demo.References;

/// <summary>Finds in a language's lines what they say of other files. It knows lines, not grammars: what is commented out on a line of its own counts for nothing, inside a block comment it may count.</summary>
internal abstract partial class MentionScanner
{
    private static readonly MentionScanner CSharp = new PatternScanner(
        (NamespaceDeclaration(), MentionKind.DeclaresNamespace), (UsingDirective(), MentionKind.UsesNamespace));

    private static readonly MentionScanner Project = new PatternScanner((ProjectReference(), MentionKind.ReferencesProject));
    private static readonly MentionScanner Solution = new PatternScanner((SolutionProject(), MentionKind.ReferencesProject));
    private static readonly MentionScanner Include = new PatternScanner(
        (QuotedInclude(), MentionKind.IncludesBeside), (AngledInclude(), MentionKind.IncludesFromPath));

    private static readonly MentionScanner Script = new PatternScanner((ScriptImport(), MentionKind.ImportsScript));
    private static readonly MentionScanner Markdown = new PatternScanner((MarkdownLink(), MentionKind.LinksTo));
    private static readonly MentionScanner Python = new PythonScanner();

    /// <summary>The scanner of a language, or null where nothing is looked for.</summary>
    public static MentionScanner? For(Language language) => language.Name switch
    {
        "C#" => CSharp,
        "C" or "C++" => Include,
        "Python" => Python,
        "JavaScript" or "TypeScript" => Script,
        "Markdown" => Markdown,
        "MSBuild" => Project,
        "Solution" => Solution,
        _ => null,
    };

    /// <summary>Adds what a line mentions.</summary>
    public abstract void Scan(ReadOnlySpan<char> line, List<Mention> mentions);

    [GeneratedRegex(@"^\s*namespace\s+(?<name>[\w.]+)\s*[;{]?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex NamespaceDeclaration();

    [GeneratedRegex(@"^\s*(?:global\s+)?using\s+(?:static\s+)?(?:\w+\s*=\s*)?(?<name>[\w.]+)\s*;", RegexOptions.CultureInvariant)]
    private static partial Regex UsingDirective();

    [GeneratedRegex("""<(?:ProjectReference\s[^>]*?Include|Import\s[^>]*?Project)\s*=\s*["'](?<name>[^"']+)["']""", RegexOptions.CultureInvariant)]
    private static partial Regex ProjectReference();

    [GeneratedRegex("""^\s*(?:Project\("[^"]*"\)\s*=\s*"[^"]*"\s*,\s*"(?<name>[^"]+)"|<Project\s[^>]*?Path\s*=\s*"(?<name>[^"]+)")""", RegexOptions.CultureInvariant)]
    private static partial Regex SolutionProject();

    [GeneratedRegex(@"^\s*\#\s*include\s*""(?<name>[^""]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedInclude();

    [GeneratedRegex(@"^\s*\#\s*include\s*<(?<name>[^>]+)>", RegexOptions.CultureInvariant)]
    private static partial Regex AngledInclude();

    [GeneratedRegex("""^(?!\s*(?://|\*)).*?(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*["'](?<name>\.{1,2}/[^"']+)["']""", RegexOptions.CultureInvariant)]
    private static partial Regex ScriptImport();

    [GeneratedRegex("""\]\(\s*<?(?<name>[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?:\s+["'(][^)]*)?\)""", RegexOptions.CultureInvariant)]
    private static partial Regex MarkdownLink();

    private sealed class PatternScanner(params (Regex Pattern, MentionKind Kind)[] patterns) : MentionScanner
    {
        public override void Scan(ReadOnlySpan<char> line, List<Mention> mentions)
        {
            foreach (var (pattern, kind) in patterns)
            {
                if (!pattern.IsMatch(line))
                {
                    continue;
                }

                foreach (Match match in pattern.Matches(line.ToString()))
                {
                    mentions.Add(new Mention(kind, match.Groups["name"].Value));
                }
            }
        }
    }
}
