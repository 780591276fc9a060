using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Conventions;

/// <summary>The words that users read: in the help, in sentences of the libraries and of the command, on the explorer's pages, and in the documentation.</summary>
/// <remarks>There is no dictionary here: a word is known once somebody has read it. New ones are few, and a slip of the pen is among them.</remarks>
public sealed partial class VocabularyTests
{
    // What the style guide has another word for, and what is spelled otherwise here.
    private static readonly string[] Avoided =
    [
        "anew", "whoever", "nobody", "somebody", "for ever", "at the moment", "needs be", "hears of", "behavior", "color", "colors", "center", "neighbor", "neighbors",
        "canceled", "labeled", "modeled", "favor", "honor", "analyze", "analyzes", "gray", "e.g.", "i.e.", "in order to", "utilize", "simply", "just works",
    ];

    private static readonly Lazy<IReadOnlyList<(string Place, string Text)>> Sentences = new(() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(SourceTree.Root, file).Split(Path.DirectorySeparatorChar) is var parts && !parts.Contains("obj") && !parts.Contains("bin") && !parts.Contains("content"))
            .SelectMany(file => Literal().Matches(File.ReadAllText(file)).Select(m => (Path.GetFileName(file), Plain(m.Groups["text"].Value))))
            .Where(found => IsProse().IsMatch(found.Item2)),
    ]);

    // What is between the tags of the explorer's pages, without the code that fills them.
    private static readonly Lazy<IReadOnlyList<(string Place, string Text)>> Markup = new(() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "src/Ledger.Explorer"), "*.razor", SearchOption.AllDirectories)
            .Select(file => (Path.GetFileName(file), Tag().Replace(CodeOfMarkup().Replace(File.ReadAllText(file), " "), " "))),
    ]);

    [Fact]
    public async Task Words_OfHelpAndSentences_AreApproved()
    {
        var texts = Sentences.Value.Concat(Markup.Value).Select(found => found.Text).ToList();
        foreach (var command in Commands.Create().Subcommands.SelectMany(c => c is LedgerCommand ? [[c.Name]] : c.Subcommands.Select(leaf => (string[])[c.Name, leaf.Name])))
        {
            var help = (await new Cli().RunAsync([.. command, "--help"])).Output;
            texts.Add(Plain(help.Split("Examples:")[0]));
        }

        var words = texts.SelectMany(text => Word().Matches(text)).Select(m => m.Value.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal);

        Approved.Check("words", string.Join('\n', words) + "\n");
    }

    [Fact]
    public void Sentences_HaveTheWordsOfTheGlossary() =>
        Sentences.Value.Concat(Markup.Value).Where(found => FindAvoided(found.Text) is not null).Select(found => $"{found.Place}: '{FindAvoided(found.Text)}' in: {found.Text}").ShouldBeEmpty();

    [Fact]
    public void Pages_HaveTheWordsOfTheGlossary()
    {
        var pages = Directory.GetFiles(Path.Combine(SourceTree.Root, "docs"), "*.md", SearchOption.AllDirectories).Where(page => !page.Contains("/api/", StringComparison.Ordinal))
            .Concat(["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]).Select(page => Path.Combine(SourceTree.Root, page));

        pages.SelectMany(page => CodeOfAPage().Replace(File.ReadAllText(page), "").Split('\n').Select(line => (Page: Path.GetFileName(page), Line: line)))
            .Where(found => FindAvoided(found.Line) is not null).Select(found => $"{found.Page}: '{FindAvoided(found.Line)}' in: {found.Line}").ShouldBeEmpty();
    }

    /// <summary>A count and its noun agree: <c>1 event</c>, <c>2 events</c>. What counts says so by <c>Printable.Count</c>.</summary>
    [Fact]
    public void Counts_HaveNoBracketedPlural() =>
        Sentences.Value.Where(found => found.Text.Contains("(s)", StringComparison.Ordinal)).Select(found => $"{found.Place}: {found.Text}").ShouldBeEmpty();

    private static string? FindAvoided(string text) =>
        Avoided.FirstOrDefault(word => Regex.IsMatch(text, $@"(?<![\w/.-]){Regex.Escape(word)}(?![\w-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));

    // Without what is quoted, filled in, or a name.
    private static string Plain(string text) => Quoted().Replace(Hole().Replace(text, "…"), "…");

    [GeneratedRegex(""""
        //[^\n]*
        | '(?:\\.|[^'\\\n])'
        | "{3,}.*?"{3,}
        | "(?<text>(?:\\.|[^"\\\n])*)"
        """", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Literal();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Hole();

    [GeneratedRegex(@"@code\s*\{[\s\S]*|^\s*(?:@(?:if|foreach|for|switch|using|inject|inherits|page|attribute|implements|typeparam|\{)|else|case|default:|break;|var |[{}]).*$|@\([^)]*\)|@[\w.]+(?:\([^)]*\))?", RegexOptions.Multiline)]
    private static partial Regex CodeOfMarkup();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"'[^' ]+'|`[^`]+`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^[A-Z…'].*\w \w.* .*[.…:]")]
    private static partial Regex IsProse();

    [GeneratedRegex(@"(?<![\w./_<\-\\@#$%&:=])[A-Za-z][a-z]{2,}(?:'[a-z]+)?(?![\w/_=(]|\.\w|-\w)")]
    private static partial Regex Word();

    [GeneratedRegex(@"```.*?```|`[^`\n]+`|\]\([^)]*\)", RegexOptions.Singleline)]
    private static partial Regex CodeOfAPage();
}
