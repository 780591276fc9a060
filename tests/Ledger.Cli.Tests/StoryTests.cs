using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests;

/// <summary>Whole conversations with the command, as a new user has them.</summary>
public sealed class StoryTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Text_FromFirstRunToDiff_IsAsApproved()
    {
        var story = new Transcript(database.Cli with { Input = SampleFile.Text });
        await story.RunAsync("run", "start", "--id", "first");
        await story.RunAsync("run", "start", "--id", "first");
        await story.RunAsync("append", "first", "--file", "-", "--expect", "none");
        await story.RunAsync("append", "first", "--file", "-");
        await story.RunAsync("append", "first", "--type", "object.patched", "--data", """{"id":"c1","patch":{"n":2}}""", "--expect", "2");
        await story.RunAsync("append", "first", "--type", "object.patched", "--data", """{"id":"c1","patch":{"n":2}}""", "--expect", "3", "--actor", "me", "--cause", "e3");
        await story.RunAsync("events", "first");
        await story.RunAsync("events", "first", "--from", "1", "--to", "3", "--type", "relation.created");
        await story.RunAsync("status", "first");
        await story.RunAsync("world", "first");
        await story.RunAsync("world", "first", "--at", "1");
        await story.RunAsync("fork", "first", "--at", "2", "--id", "second", "--name", "another rule");
        await story.RunAsync("append", "second", "--type", "object.created", "--data", """{"id":"c3","type":"Claim","data":{"text":"Ice melts"}}""", "--expect", "3");
        await story.RunAsync("append", "branch:second", "--type", "object.patched", "--data", """{"id":"c1","patch":{"n":{"deep":[1]},"note":null}}""", "--expect", "4");
        await story.RunAsync("append", "second", "--type", "object.removed", "--data", """{"id":"c2"}""");
        await story.RunAsync("fork", "second", "--at", "4", "--id", "third");
        await story.RunAsync("status", "second");
        await story.RunAsync("branches");
        await story.RunAsync("branches", "second");
        await story.RunAsync("branches", "third");
        await story.RunAsync("diff", "first", "second");
        await story.RunAsync("diff", "second", "first");
        await story.RunAsync("diff", "first", "first");
        await story.RunAsync("diff", "first", "first", "--at-a", "1", "--at-b", "3");
        await story.RunAsync("run", "list");

        Approved.Check("story", story.ToString());
    }

    [Fact]
    public async Task Help_OfEveryCommand_IsAsApproved()
    {
        var story = new Transcript(new Cli());
        await story.RunAsync();
        await story.RunAsync("help", "nouns");
        await story.RunAsync("run", "--help");
        foreach (var command in Commands.Create().Subcommands)
        {
            if (command is LedgerCommand)
            {
                await story.RunAsync(command.Name, "--help");
            }

            foreach (var leaf in command.Subcommands)
            {
                await story.RunAsync(command.Name, leaf.Name, "--help");
            }
        }

        Approved.Check("help", story.ToString());
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    public async Task Help_NarrowTerminal_FitsIt(int width)
    {
        var help = (await new Cli { OutputWidth = width }.RunAsync("append", "--help")).ShouldSucceed();

        // Examples are to be copied, and are not broken.
        help[..help.IndexOf("Examples:", StringComparison.Ordinal)].Split('\n').ShouldAllBe(line => line.Length <= width);
    }

    [Fact]
    public async Task Version_IsThatOfTheProgram() => (await new Cli().RunAsync("--version")).ShouldSucceed().ShouldMatch(@"\A\d+\.\d+\.\d+\n\z");
}
