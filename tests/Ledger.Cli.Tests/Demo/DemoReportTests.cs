using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Demo;

public sealed class DemoReportTests
{
    [Fact]
    public async Task Write_Shop_IsAsApproved()
    {
        using var folder = SourceFolder.Shop();

        var text = DemoFixture.Print(await DemoFixture.RunAsync(folder));

        Approved.Check("demo", text);
    }

    [Fact]
    public async Task Write_LongNames_FitsInEightyColumns()
    {
        using var folder = new SourceFolder();
        var deep = string.Join('/', Enumerable.Repeat("a-folder-with-a-long-name", 6));
        folder.Write($"{deep}/one.md", "TODO " + new string('x', 200) + "\n[two](two.md)\n[three](three.md)\n");
        folder.Write($"{deep}/two.md", "[three](three.md)\n");
        folder.Write($"{deep}/three.md", "[two](two.md)\n");

        var text = DemoFixture.Print(await DemoFixture.RunAsync(folder));

        text.Split('\n').ShouldAllBe(line => line.Length <= 80);
    }
}
