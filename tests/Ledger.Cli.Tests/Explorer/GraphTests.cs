using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Explorer;

/// <summary><c>ledger graph</c>: pictures that any viewer can read.</summary>
public sealed class GraphTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Theory]
    [InlineData("branches", "Tree of 1 branch of run:drawn-branches")]
    [InlineData("timeline", "Timeline of positions 0 to 3 by kind")]
    public async Task Graph_OfARun_IsAnSvgDocument(string picture, string title)
    {
        var id = $"drawn-{picture}";
        await database.StartAsync(id, 3);
        (await database.Cli.RunAsync("fork", id, "--at", "1", "--id", $"b-{picture}", "--name", "<b> & \"c\"")).ShouldSucceed();
        var file = Path.GetTempFileName();
        try
        {
            (await database.Cli.RunAsync("graph", id, "--picture", picture, "--svg", file)).ShouldSucceed();
            (await database.Cli.RunAsync("graph", id, "--picture", picture, "--svg", "-")).ShouldSucceed().TrimEnd().ShouldBe((await File.ReadAllTextAsync(file)).TrimEnd());

            var svg = XDocument.Load(file).Root!;
            svg.Name.ShouldBe(XName.Get("svg", "http://www.w3.org/2000/svg"));
            svg.Element(XName.Get("title", "http://www.w3.org/2000/svg"))!.Value.ShouldBe(title);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Graph_WorldWithoutRelations_IsRefused()
    {
        await database.StartAsync("lonely", 2);

        (await database.Cli.RunAsync("graph", "lonely", "--picture", "world", "--svg", "never.svg")).ShouldBeRefused(
            1,
            "The world of 'run:lonely' at 2 has 2 objects and 0 relations. A graph needs at least 1 relation and at most 220 nodes; draw an earlier position.");
        File.Exists("never.svg").ShouldBeFalse();
    }

    [Fact]
    public async Task Graph_PositionOfAnotherPicture_IsAMistake() =>
        (await database.Cli.RunAsync("graph", "x", "--at", "1", "--svg", "never.svg")).ShouldBeRefused(
            2, "A position, as ID@N or by --at, needs --picture world, but --picture was branches.");
}
