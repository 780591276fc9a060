using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Projections;

/// <summary>What is derived from the log, as an administrator sees it; what applications declare is tested with the daemon.</summary>
public sealed class ProjectionsTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Projections_NothingRunsBehind_SaysSoAndRebuildsLedgersOwn()
    {
        await database.StartAsync("rebuilt", 3);
        var story = new Transcript(database.Cli);
        await story.RunAsync("projections", "list");
        await story.RunAsync("projections", "list", "--json");
        await story.RunAsync("projections", "status");
        await story.RunAsync("projections", "status", "usage");
        await story.RunAsync("projections", "pause", "usage");
        await story.RunAsync("projections", "resume", "usage");
        await story.RunAsync("projections", "dead-letters");
        await story.RunAsync("projections", "dead-letters", "--json");
        await story.RunAsync("projections", "dead-letters", "--replay");
        await story.RunAsync("projections", "rebuild", "world", "--stream", "rebuilt");
        await story.RunAsync("projections", "rebuild", "chrono", "--stream", "rebuilt");
        await story.RunAsync("chrono", "upsert", "kept", "R-1", "--label", "Says 1");
        await story.RunAsync("projections", "rebuild", "chrono", "--stream", "chrono:kept");
        await story.RunAsync("projections", "rebuild", "--all", "--stream", "chrono:kept");
        await story.RunAsync("projections", "rebuild");
        await story.RunAsync("projections", "rebuild", "world", "--all");
        await story.RunAsync("projections", "rebuild", "world", "--stream", "rebuilt", "--resume");

        Approved.Check("projections", story.ToString());
        (await database.Cli.RunAsync("projections", "rebuild", "world")).ShouldSucceed()
            .ShouldMatch(@"\Aworld is rebuilt: 4 events in [0-9.]+ s, [0-9,]+ a second\n\z");
        (await database.Cli.RunAsync("projections", "step", "world", "rebuilt", "--from", "2", "--to", "1")).ShouldBeRefused(2, "--to 1 comes before --from 2.");
        var steps = await database.Cli.JsonAsync("projections", "step", "world", "rebuilt", "--to", "2");
        (steps.GetProperty("steps").GetArrayLength(), steps.GetProperty("next").GetInt64(), steps.GetProperty("is_last").GetBoolean()).ShouldBe((2, 2L, true));
        (await database.Cli.RunAsync("projections", "rebuild", "--all", "--resume", "--json")).ShouldSucceed().ShouldContain("\"count\":");
    }

    [Fact]
    public async Task Rebuild_NobodyDeclaresIt_IsRefused()
    {
        var result = await database.Cli.RunAsync("projections", "rebuild", "usage");

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldBe("ledger: No node that runs declares 'usage', or the one that does is rebuilding another. Start the application that does, or wait, and ask again; one of Marten is rebuilt by the application itself, with 'dotnet run -- projections rebuild'.\n");
    }
}
