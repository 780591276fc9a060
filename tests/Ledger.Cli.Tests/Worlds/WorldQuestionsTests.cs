using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Worlds;

public sealed class WorldQuestionsTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Questions_OfARunAndABranch_AreAnswered()
    {
        var story = new Transcript(database.Cli with { Input = SampleFile.Text });
        await story.RunAsync("append", "asked", "--file", "-");
        await story.RunAsync("append", "asked", "--type", "object.patched", "--data", """{"id":"c1","patch":{"n":2,"tags":["hot"]}}""", "--actor", "me");
        await story.RunAsync("fork", "asked", "--at", "3", "--id", "asked-2");
        await story.RunAsync("append", "asked-2", "--type", "relation.removed", "--data", """{"id":"r1"}""", "--actor", "me");
        await story.RunAsync("world", "asked", "--type", "Claim", "--contains", """{"tags":["hot"]}""");
        await story.RunAsync("world", "asked", "--contains", """{"tags":["cold"]}""", "--json");
        await story.RunAsync("world", "asked", "--contains", "[1]");
        await story.RunAsync("world", "asked", "--at-time", "2020-01-01");
        await story.RunAsync("world", "asked", "--at-time", "9999-01-01T00:00:00Z", "--type", "Claim");
        await story.RunAsync("world", "asked", "--at-time", "someday");
        await story.RunAsync("world", "asked", "--at", "1", "--at-time", "2020-01-01");
        await story.RunAsync("object", "asked", "c1", "--at", "3");
        await story.RunAsync("object", "asked", "ghost");
        await story.RunAsync("neighbours", "asked", "c1");
        await story.RunAsync("neighbours", "asked-2", "c1", "--depth", "2");
        await story.RunAsync("neighbours", "asked", "c1", "--depth", "0", "--json");
        await story.RunAsync("neighbours", "asked", "ghost");
        await story.RunAsync("diff", "asked", "asked", "--at-time-a", "2020-01-01", "--at-b", "1");
        await story.RunAsync("world", "asked@1");
        await story.RunAsync("object", "asked-2@3", "c1", "--json");
        await story.RunAsync("diff", "asked@1", "asked@3");
        await story.RunAsync("events", "asked@1");
        await story.RunAsync("world", "asked@1", "--at", "1");
        await story.RunAsync("world", "asked@1", "--at-time", "2020-01-01");
        await story.RunAsync("world", "asked@99");
        await story.RunAsync("world", "nix@1");
        await story.RunAsync("blame", "asked", "c1", "tags");
        await story.RunAsync("blame", "asked@2", "c1");
        await story.RunAsync("blame", "asked@0", "c1");
        await story.RunAsync("blame", "asked@99", "c1");
        await story.RunAsync("graph", "asked@1", "--svg", "-");
        await story.RunAsync("projections", "step", "world", "asked@1");
        await story.RunAsync("merge", "asked", "asked-2@4", "--preview");
        await story.RunAsync("merge", "asked@2", "asked-2");
        await story.RunAsync("rebase", "asked-2@4", "asked", "--preview");
        await story.RunAsync("calls", "list", "asked@2");
        await story.RunAsync("diff", "asked", "asekd");
        await story.RunAsync("status", "branch:asked-3");
        await story.RunAsync("export", "run:aksed@2");
        await story.RunAsync("worlds", "index");
        await story.RunAsync("world", "asked", "--contains", """{"n":2}""");
        await story.RunAsync("worlds", "index", "--drop", "--json");

        Approved.Check("world-questions", story.ToString());
    }

    /// <summary>An id may look like one with a position: it is what is meant, if it is there.</summary>
    [Fact]
    public async Task IdAtPosition_IsAlsoAnId_TheIdComesFirst()
    {
        await database.StartAsync("twin@1", 2);
        await database.StartAsync("twin", 3);

        (await database.Cli.JsonAsync("events", "twin@1")).GetArrayLength().ShouldBe(2);
        (await database.Cli.JsonAsync("events", "twin@1@1")).GetArrayLength().ShouldBe(1);
        (await database.Cli.JsonAsync("fork", "twin@2", "--id", "of-twin")).GetProperty("fork_position").GetInt64().ShouldBe(2);
        (await database.Cli.RunAsync("append", "twin@3", "--type", "note")).ShouldBeRefused(
            1, "'twin@3' means the first 3 events of run:twin. Nothing was written; events are appended at the end of 'run:twin'.");
        (await database.Cli.RunAsync("fork", "twin@1")).ShouldBeRefused(
            2, "'twin@1' is the id of a run or branch itself. Say how many of its events the branch shares: 'twin@1@N', or --at N.");
    }

    [Fact]
    public async Task Blame_Relation_TheEventsThatMadeAndRemovedIt()
    {
        var cli = database.Cli with { Input = SampleFile.Text };
        (await cli.RunAsync("append", "related", "--file", "-")).ShouldSucceed();
        var events = JsonElement.Parse((await database.Cli.RunAsync("events", "related", "--json")).Output).EnumerateArray();
        var relation = events.First(e => e.GetProperty("type").GetString() == "relation.created").GetProperty("data").GetProperty("id").GetString()!;
        (await database.Cli.RunAsync("append", "related", "--type", "relation.removed", "--data", $$"""{"id":"{{relation}}"}""")).ShouldSucceed();

        var blame = await database.Cli.RunAsync("blame", "related", relation, "--relation", "--json");

        JsonElement.Parse(blame.ShouldSucceed()).GetProperty("changes").EnumerateArray()
            .Select(e => e.GetProperty("kind").GetString()).ShouldBe(["created", "removed"]);
        (await database.Cli.RunAsync("blame", "related", "ghost", "--relation")).ShouldBeRefused(1, "No event of 'run:related' created a relation 'ghost'.");
    }

    [Fact]
    public async Task Object_Stats_SaysThatOneRowWasRead()
    {
        await database.StartAsync("counted", 2);

        var found = await database.Cli.RunAsync("object", "counted", "c1", "--stats");

        found.Error.ShouldStartWith("Read 1 row in ");
    }
}
