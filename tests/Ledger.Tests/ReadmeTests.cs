using System.Diagnostics;
using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Tests;

/// <summary>The samples of the README and of the pages are those that the tests compile and run.</summary>
public sealed partial class ReadmeTests
{
    private const string FirstProgram = "samples/FirstRun/Program.cs";
    private const string MartenApp = "samples/MartenApp/Program.cs";

    private static readonly string[] Samples =
    [
        "tests/Ledger.Postgres.Tests/Samples/Embedding.cs",
        "tests/Ledger.Marten.Tests/Samples/InMarten.cs",
        "tests/Ledger.Wolverine.Sample/Engines/MartenEngine.cs",
        "tests/Ledger.Wolverine.Sample/Engines/SeveralNodes.cs",
        "tests/Ledger.Wolverine.Sample/Claims/ProposeClaimHandler.cs",
        "tests/Ledger.Wolverine.Sample/Claims/ClaimEndpoints.cs",
        "tests/Ledger.Wolverine.Tests/Handling/HandlerUnitTests.cs",
        "tests/Ledger.Wolverine.Sample/Program.cs",
        "tests/Ledger.Wolverine.Sample/Engines/NativeEngine.cs",
        "tests/Ledger.Postgres.Tests/Samples/ConnectionRoles.cs",
        "tests/Ledger.Postgres.Tests/Samples/InlineSnapshot.cs",
        "tests/Ledger.Postgres.Tests/Samples/Outbox.cs",
        "tests/Ledger.Postgres.Tests/Samples/Asking.cs",
        "tests/Ledger.Postgres.Tests/Samples/ServerOfATest.cs",
        "tests/Ledger.Postgres.Tests/Samples/Contracting.cs",
        "tests/Ledger.Postgres.Tests/Samples/Retaining.cs",
        "tests/Ledger.Tests/Samples/RecordStore.cs",
        "tests/Ledger.Tests/Samples/Forgetting.cs",
        "tests/Ledger.Postgres.Tests/Samples/Encrypting.cs",
        "tests/Ledger.Tests/Samples/WorldQuestions.cs",
        "tests/Ledger.Tests/Samples/KettleTask.cs",
        "tests/Ledger.Tests/Samples/Merging.cs",
        "tests/Ledger.Tests/Samples/Calls.cs",
        "samples/Agent/Program.cs",
        "tests/Ledger.Agents.Tests/Replays/AgentReplayTests.cs",
        "tests/Ledger.Agents.Tests/AgentSessionStoreTests.cs",
        "tests/Ledger.Agents.Tests/ApprovalTests.cs",
        "tests/Ledger.Mcp.Tests/MapLedgerMcpTests.cs",
        "tests/Ledger.Mcp.Tests/MapLedgerTenantMcpTests.cs",
        "tests/Ledger.Explorer.Tests/Access/GuardingSampleTests.cs",
        "tests/Ledger.Interop.Tests/ImportingSampleTests.cs",
        "tests/Ledger.Interop.Tests/CloudEventTests.cs",
        "tests/Ledger.Interop.Tests/OpenTelemetry/TraceExporterTests.cs",
        "tests/Ledger.Seal.Tests/Samples/Sealing.cs",
        "tests/Ledger.Hosting.Aspire.Tests/LedgerResourceTests.cs",
        "tests/Ledger.Explorer.Tests/Samples/Runners.cs",
        "tests/Ledger.Explorer.Tests/Samples/Watching.cs",
        "tests/Ledger.Postgres.Tests/Samples/SeveralDatabases.cs",
        "tests/Ledger.Explorer.Tests/Samples/TenantOfRequest.cs",
        "tests/Ledger.Marten.Tests/Tenants/ConjoinedMartenTests.Daemon.cs",
        "tests/Ledger.Explorer.Tests/Tenants/TenantExplorerTests.cs",
        "tests/Ledger.Postgres.Tests/Tenants/TenantPoolTests.cs",
    ];

    // Whole programs: those of the front page and of the tutorials.
    private static readonly string[] Programs =
    [
        FirstProgram, MartenApp, "samples/InPostgres/Program.cs", "samples/ForkAndMerge/Program.cs", "samples/Records/Program.cs", "samples/Tasks/Program.cs", "samples/Projection/Program.cs",
    ];

    // The pages of packages among them.
    private static readonly string[] Pages =
    [
        "README.md",
        .. Directory.GetFiles(Path.Combine(SourceTree.Root, "src"), "README.md", SearchOption.AllDirectories).Where(page => !page.Contains("/bin/", StringComparison.Ordinal) && !page.Contains("/obj/", StringComparison.Ordinal)),
        .. Directory.GetFiles(Path.Combine(SourceTree.Root, "docs"), "*.md", SearchOption.AllDirectories),
    ];

    [Fact]
    public void Pages_Samples_AreThoseOfTheTests()
    {
        string[] sources = [.. Samples.SelectMany(path => RegionsOf(Read(path))), .. Programs.Select(path => Read(path).TrimEnd())];

        string[] shown = [.. Pages.SelectMany(page => BlocksOf(Read(page)))];

        // A line or two of a whole program is compiled with it.
        shown.Except(sources).Where(block => !Programs.Any(path => Read(path).Contains(block, StringComparison.Ordinal))).ShouldBeEmpty("Each is compiled somewhere.");
        sources.Except(shown).ShouldBeEmpty("Each is shown somewhere.");
    }

    [Fact]
    public async Task FirstProgram_HasOneUsingAndPrintsWhatItSays()
    {
        var program = BlocksOf(Read("docs/first-program.md")).Single(block => block == Read(FirstProgram).TrimEnd());
        program.Split('\n').Where(line => line.StartsWith("using ", StringComparison.Ordinal)).ShouldBe(["using Ledger;"]);

        using var run = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "FirstRun.dll")])
        {
            RedirectStandardOutput = true,
        })!;
        var printed = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();

        printed.ShouldBe(program.Split("// ")[^1].Split('\n')[0] + "\n");
    }

    [Fact]
    public void Readme_IsAFrontDoor()
    {
        Read("README.md").TrimEnd().Split('\n').Length.ShouldBeLessThanOrEqualTo(120);
        var (program, excerpts) = (BlocksOf(Read("README.md")).First(), BlocksOf(Read("README.md")).Skip(1));
        program.ShouldBe(Read(MartenApp).TrimEnd(), "It begins with a whole program that can be pasted.");
        program.Split('\n').Length.ShouldBeLessThanOrEqualTo(60);
        excerpts.ShouldAllBe(block => block.Split('\n').Length <= 25);
    }

    /// <summary>A reader of a package's page sees how to get it before anything else; what is for contributors is cut off there.</summary>
    [Fact]
    public void PagesOfPackages_SayHowToAddThem()
    {
        foreach (var page in Pages.Where(page => page.Contains("/src/", StringComparison.Ordinal)))
        {
            var name = Path.GetFileName(Path.GetDirectoryName(page)!);
            var text = ForContributors().Split(Read(page))[0];

            text.ShouldContain(name switch { "Ledger.Cli" => $"dotnet tool install --global {name}", "Ledger.Templates" => $"dotnet new install {name}", _ => $"dotnet add package {name}\n" }, Case.Sensitive, page);
            FolderName().Match(text).Value.ShouldBe("", $"{page} names a folder of the sources.");
        }
    }

    [Fact]
    public void Readme_Links_LeadToFiles()
    {
        foreach (var page in Pages.Select(page => Path.Combine(SourceTree.Root, page))
            .Concat(Directory.EnumerateFiles(SourceTree.Root, "README.md", SearchOption.AllDirectories).Where(IsOurs)))
        {
            foreach (Match link in Link().Matches(File.ReadAllText(page)))
            {
                var target = link.Groups["path"].Value is { Length: > 0 } path ? Path.Combine(Path.GetDirectoryName(page)!, path) : page;
                (File.Exists(target) || Directory.Exists(target)).ShouldBeTrue($"{page} links to {link.Groups["path"].Value}");
                if (link.Groups["anchor"] is { Success: true, Value: var anchor } && target.EndsWith(".md", StringComparison.Ordinal))
                {
                    AnchorsOf(target).ShouldContain(anchor, $"{page} links to {link.Value}");
                }
            }
        }
    }

    /// <summary>A page that is longer than a screen or two is found through by its headings, and linked to in parts.</summary>
    [Fact]
    public void LongPages_HaveHeadings()
    {
        foreach (var page in Pages.Where(page => page.Contains("/docs/", StringComparison.Ordinal)))
        {
            var text = AnyBlock().Replace(Read(page), "");
            (text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length / Heading().Count(text)).ShouldBeLessThan(700, $"{page} has too few headings.");
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
        Path.GetRelativePath(SourceTree.Root, path).Split(Path.DirectorySeparatorChar)[0] is "src" or "tests";

    // As GitHub and docfx make them of headings.
    private static IEnumerable<string> AnchorsOf(string page) => Heading().Matches(File.ReadAllText(page))
        .Select(m => NoAnchor().Replace(m.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    private static string Read(string path) => File.ReadAllText(Path.Combine(SourceTree.Root, path));

    private static IEnumerable<string> BlocksOf(string page) => CodeBlock().Matches(page).Select(match => match.Groups["code"].Value.TrimEnd());

    private static IEnumerable<string> RegionsOf(string source) =>
        Region().Matches(source).Select(match => Dedent(match.Groups["code"].Value, match.Groups["indent"].Length));

    private static string Dedent(string code, int indent) =>
        string.Join('\n', code.Split('\n').Select(line => line.Length < indent ? "" : line[indent..])).TrimEnd();

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex AnyBlock();

    [GeneratedRegex(@"^(?<indent> *)// sample: [^\n]*\n(?<code>.*?)^ *// end of sample$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"`(?<name>[A-Z]\w+_\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\]\((?<path>[^)#:]*)(?:#(?<anchor>[^)]+))?\)")]
    private static partial Regex Link();

    // As in src/Directory.Build.targets, which makes the page of a package.
    [GeneratedRegex(@"\n## (?:How it works|Its nouns|Decisions)")]
    private static partial Regex ForContributors();

    [GeneratedRegex("`[A-Z]\\w+/`")]
    private static partial Regex FolderName();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
