using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Events;

public sealed class EventsLastTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Theory]
    [InlineData("2", "3,4")]
    [InlineData("100", "0,1,2,3,4")]
    public async Task Last_IsCountedFromTheEnd(string last, string positions)
    {
        await database.StartAsync($"ends-{last}", 5);

        (await PositionsAsync($"ends-{last}", "--last", last)).ShouldBe(positions);
    }

    [Fact]
    public async Task Last_BeforeAPosition_EndsThere()
    {
        await database.StartAsync("until", 5);

        (await PositionsAsync("until", "--last", "2", "--to", "3")).ShouldBe("1,2");
    }

    [Fact]
    public async Task Last_OfAType_CountsThoseAlone()
    {
        await database.StartAsync("mixed", 2);
        foreach (var type in (string[])["note", "other", "note", "other"])
        {
            (await database.Cli.RunAsync("append", "mixed", "--type", type)).ShouldSucceed();
        }

        (await PositionsAsync("mixed", "--type", "note", "--last", "1")).ShouldBe("4");
        (await PositionsAsync("mixed", "--type", "note", "--last", "9")).ShouldBe("2,4");
    }

    [Fact]
    public async Task Last_OfABranch_ReachesIntoTheSharedPrefix()
    {
        await database.StartAsync("parent", 3);
        (await database.Cli.RunAsync("fork", "parent", "--at", "3", "--id", "child")).ShouldSucceed();
        (await database.Cli.RunAsync("append", "branch:child", "--type", "note")).ShouldSucceed();

        (await PositionsAsync("branch:child", "--last", "3")).ShouldBe("2,3,4");
    }

    [Fact]
    public async Task Last_WithFromOrNone_IsRefused()
    {
        (await database.Cli.RunAsync("events", "x", "--last", "0")).ShouldBeRefused(2, "--last is a number from 1.");
        (await database.Cli.RunAsync("events", "x", "--last", "1", "--from", "0"))
            .ShouldBeRefused(2, "--last and --from both say where to begin; use one of them.");
    }

    [Fact]
    public async Task Search_ByToolAndArgument_ShowsTheLastCallFirst()
    {
        await database.StartAsync("searched", 1);
        foreach (var quay in new[] { "north", "south", "north" })
        {
            (await database.Cli.RunAsync("append", "searched", "--type", "tool.called", "--data", $$$"""{"tool": "sonar", "arguments": {"quay": "{{{quay}}}"}}""")).ShouldSucceed();
        }

        var found = (await database.Cli.RunAsync("search", "--tool", "sonar", "--where", "quay=north")).ShouldSucceed();
        found.IndexOf("run:searched@4  tool.called", StringComparison.Ordinal).ShouldBeLessThan(found.IndexOf("run:searched@2  tool.called", StringComparison.Ordinal));
        found.ShouldNotContain("run:searched@3");
        (await database.Cli.RunAsync("search", "SONAR", "--limit", "1")).ShouldSucceed().ShouldContain("Earlier events: --before ");
        (await database.Cli.RunAsync("search", "--object", "c1", "--max-cost", "0.5", "--max-duration", "1h")).ShouldSucceed().ShouldContain("run:searched@1  object.created");
        (await database.Cli.RunAsync("search", "--object", "c1", "--min-cost", "0.5")).ShouldSucceed().ShouldContain("No events found.");
        (await database.Cli.RunAsync("search", "--min-duration", "long")).ShouldBeRefused(2, "--min-duration must be a length of time such as 90s, 5m, 2h or 250ms, but was 'long'.");
        (await database.Cli.RunAsync("search", "is nowhere")).ShouldSucceed().ShouldContain("No events found.");
    }

    private async Task<string> PositionsAsync(params string[] arguments)
    {
        var shown = (await database.Cli.RunAsync(["events", .. arguments, "--json"])).ShouldSucceed();
        return string.Join(',', JsonDocument.Parse(shown).RootElement.EnumerateArray().Select(e => e.GetProperty("position").GetInt64()));
    }
}
