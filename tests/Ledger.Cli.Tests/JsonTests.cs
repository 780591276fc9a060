using Xunit;

namespace Ledger.Cli.Tests;

/// <summary>The documents that programs read.</summary>
public sealed class JsonTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Json_OfEveryCommand_IsAsApproved()
    {
        var story = new Transcript(database.Cli with { Input = SampleFile.Text });
        await story.RunAsync("run", "start", "--id", "j1", "--json");
        await story.RunAsync("append", "j1", "--file", "-", "--json");
        await story.RunAsync("events", "j1", "--json");
        await story.RunAsync("events", "j1", "--to", "0", "--json");
        await story.RunAsync("status", "j1", "--json");
        await story.RunAsync("world", "j1", "--json");
        await story.RunAsync("fork", "j1", "--at", "2", "--id", "j2", "--json");
        await story.RunAsync("append", "j2", "--type", "object.patched", "--data", """{"id":"c1","patch":{"n":2}}""", "--json");
        await story.RunAsync("status", "j2", "--json");
        await story.RunAsync("branches", "j1", "--json");
        await story.RunAsync("diff", "j1", "j2", "--json");
        await story.RunAsync("world", "--events", "-", "--json");
        await story.RunAsync("world", "--events", "-", "--at", "0", "--json");

        Approved.Check("json", story.ToString());
    }
}
