using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Tests;

/// <summary>The samples of the README are those that the tests compile and run.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string[] Samples =
    [
        "tests/Ledger.Tests/Samples/FirstRun.cs",
        "tests/Ledger.Postgres.Tests/Samples/Embedding.cs",
        "tests/Ledger.Marten.Tests/Samples/InMarten.cs",
        "tests/Ledger.Wolverine.Sample/Engines/MartenEngine.cs",
        "tests/Ledger.Wolverine.Sample/Claims/ProposeClaimHandler.cs",
        "tests/Ledger.Wolverine.Sample/Claims/ClaimEndpoints.cs",
        "tests/Ledger.Wolverine.Sample/Program.cs",
        "tests/Ledger.Wolverine.Sample/Engines/NativeEngine.cs",
        "tests/Ledger.Postgres.Tests/Samples/InlineSnapshot.cs",
        "tests/Ledger.Postgres.Tests/Samples/Outbox.cs",
        "tests/Ledger.Tests/Samples/RecordStore.cs",
        "tests/Ledger.Tests/Samples/WorldQuestions.cs",
        "tests/Ledger.Tests/Samples/KettleTask.cs",
    ];

    [Fact]
    public void Readme_Samples_AreThoseOfTheTests()
    {
        var readme = File.ReadAllText(Path.Combine(SourceTree.Root, "README.md"));

        var shown = CodeBlock().Matches(readme).Select(match => match.Groups["code"].Value.TrimEnd());

        shown.ShouldBe(Samples.SelectMany(path => RegionsOf(File.ReadAllText(Path.Combine(SourceTree.Root, path)))));
    }

    [Fact]
    public void Readme_FirstSample_HasLessThanTwentyFiveLines() =>
        RegionsOf(File.ReadAllText(Path.Combine(SourceTree.Root, Samples[0]))).First().Split('\n').Length.ShouldBeLessThan(25);

    [Fact]
    public void Readme_Links_LeadToFiles()
    {
        foreach (var page in Directory.EnumerateFiles(SourceTree.Root, "README.md", SearchOption.AllDirectories).Where(IsOurs))
        {
            foreach (Match link in Link().Matches(File.ReadAllText(page)))
            {
                var target = Path.Combine(Path.GetDirectoryName(page)!, link.Groups["path"].Value);
                (File.Exists(target) || Directory.Exists(target)).ShouldBeTrue($"{page} links to {link.Groups["path"].Value}");
            }
        }
    }

    [Fact]
    public void Promises_NamedTests_AreThere()
    {
        var tests = string.Concat(Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        TestName().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, "docs/promises.md"))).Select(m => m.Groups["name"].Value)
            .Where(name => !tests.Contains($" {name}(", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static bool IsOurs(string path) =>
        Path.GetRelativePath(SourceTree.Root, path).Split(Path.DirectorySeparatorChar)[0] is "README.md" or "src" or "tests";

    private static IEnumerable<string> RegionsOf(string source) =>
        Region().Matches(source).Select(match => Dedent(match.Groups["code"].Value, match.Groups["indent"].Length));

    private static string Dedent(string code, int indent) =>
        string.Join('\n', code.Split('\n').Select(line => line.Length < indent ? "" : line[indent..])).TrimEnd();

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^(?<indent> *)// sample: [^\n]*\n(?<code>.*?)^ *// end of sample$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"`(?<name>[A-Z]\w+_\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\]\((?<path>[^)#:]+)\)")]
    private static partial Regex Link();
}
