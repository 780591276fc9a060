using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Demo;

public sealed partial class DemoReportTests
{
    [Fact]
    public async Task Write_Story_IsAsApproved()
    {
        var text = DemoFixture.Print(await DemoFixture.TellAsync());

        Approved.Check("demo", text);
        text.Split('\n').ShouldAllBe(line => line.Length <= 80);
    }

    [Fact]
    public async Task Page_Excerpt_IsOfTheReport()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "docs", "first-program.md"));
        var excerpt = Block().Match(page).Groups["lines"].Value.Split('\n')[..^1];
        var printed = DemoFixture.Print(await DemoFixture.TellAsync(), "artifacts/ledger").Split('\n').ToList();

        // An ellipsis stands for lines that are left out; the others are in their order.
        var next = 0;
        foreach (var line in excerpt.Where(line => line != "…"))
        {
            next = printed.IndexOf(line, next) + 1;
            next.ShouldBeGreaterThan(0, $"The demo does not print '{line}' here.");
        }

        excerpt.Length.ShouldBeInRange(10, 25);
    }

    [GeneratedRegex(@"```text\n(?<lines>An agent on call.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
