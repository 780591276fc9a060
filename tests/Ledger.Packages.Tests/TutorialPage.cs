using System.Text;
using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;

namespace Ledger.Packages.Tests;

/// <summary>A page of docs/tutorials as what a reader does: commands, programs to write, and what is printed.</summary>
/// <remarks>
/// A block <c>sh</c> is run, all of a page in one shell. A block <c>csharp</c> after a line such as <c>`Program.cs`:</c> is that file. A block <c>text</c> after
/// one of commands is what those print; in it <c>…</c> stands for anything in a line, and a line of <c>…</c> alone for any lines.
/// </remarks>
internal sealed partial class TutorialPage
{
    private readonly List<(string Kind, string File, string Text)> _blocks;

    private TutorialPage(string name, List<(string, string, string)> blocks) => (Name, _blocks) = (name, blocks);

    /// <summary>The name of the file, without its extension.</summary>
    public string Name { get; }

    /// <summary>The folder below samples that has the program which the page shows, or null if it shows none.</summary>
    public string? Sample { get; private init; }

    /// <summary>Whether that program keeps its log in a database.</summary>
    public bool NeedsAServer => _blocks.Any(block => block.Kind == "csharp" && block.Text.Contains("LEDGER_POSTGRES", StringComparison.Ordinal));

    /// <summary>What its program prints: the block after the first <c>dotnet run</c>.</summary>
    public string Printed => _blocks[_blocks.FindIndex(block => block.Kind == "sh" && block.Text.Contains("dotnet run", StringComparison.Ordinal)) + 1].Text;

    /// <summary>All pages.</summary>
    public static IEnumerable<TutorialPage> All() =>
        Directory.GetFiles(Path.Combine(SourceTree.Root, "docs/tutorials"), "*.md").Order(StringComparer.Ordinal).Select(Read);

    /// <summary>The page of a name.</summary>
    public static TutorialPage Of(string name) => Read(Path.Combine(SourceTree.Root, "docs/tutorials", $"{name}.md"));

    /// <summary>The commands of the page as one script; the output of each block of commands ends with <see cref="EndOf"/>.</summary>
    public string Script()
    {
        var script = new StringBuilder("set -eu\n");
        foreach (var (index, (kind, file, text)) in _blocks.Index())
        {
            script.Append(kind switch
            {
                "sh" => $"{text}\nprintf '%s\\n' '{EndOf(index)}'\n",
                "csharp" => $"cat > '{file}' <<'END OF {file}'\n{text}\nEND OF {file}\n",
                _ => "",
            });
        }

        return script.ToString();
    }

    /// <summary>The blocks of commands whose output is on the page, as far as it differs from what was printed.</summary>
    public IEnumerable<string> Differences(string printed)
    {
        foreach (var (index, (kind, _, text)) in _blocks.Index())
        {
            if (kind != "text")
            {
                continue;
            }

            var end = printed.IndexOf(EndOf(index - 1), StringComparison.Ordinal);
            var begin = index > 1 ? printed.LastIndexOf("@@ end of block", Math.Max(end - 1, 0), StringComparison.Ordinal) : -1;
            var output = end < 0 ? "" : printed[(begin < 0 ? 0 : printed.IndexOf('\n', begin) + 1)..end];
            if (!PatternOf(text).IsMatch(output))
            {
                yield return $"{Name}: expected\n{text}\nbut was\n{output}";
            }
        }
    }

    private static string EndOf(int index) => $"@@ end of block {index}";

    private static Regex PatternOf(string text)
    {
        var lines = text.Split('\n').Select(line => line == "…" ? @"(?:[^\n]*\n)*?" : $"{Regex.Escape(line).Replace("…", @"[^\n]*", StringComparison.Ordinal)}\n");
        return new Regex($@"\A{string.Concat(lines)}\z");
    }

    private static TutorialPage Read(string path)
    {
        var page = File.ReadAllText(path);
        return new TutorialPage(
            Path.GetFileNameWithoutExtension(path),
            [.. Block().Matches(page).Select(m => (m.Groups["kind"].Value, m.Groups["file"].Value, m.Groups["text"].Value.TrimEnd('\n')))])
        {
            Sample = page.Contains("```csharp\n", StringComparison.Ordinal) && SampleLink().Match(page) is { Success: true } link ? link.Groups["name"].Value : null,
        };
    }

    [GeneratedRegex(@"(?:^`(?<file>[\w.]+)`:\n\n)?^```(?<kind>sh|csharp|text)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\(\.\./\.\./samples/(?<name>\w+)/Program\.cs\)")]
    private static partial Regex SampleLink();
}
