using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Events;

public sealed class EventsFollowTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Follow_ShowsWhatIsAppendedUntilInterrupted(bool json)
    {
        var id = json ? "follow-json" : "follow";
        await database.StartAsync(id, 1);
        using var output = new WatchedStream();
        using var interruption = new CancellationTokenSource();
        string[] args = ["events", id, "--follow", .. json ? (string[])["--json"] : []];

        var following = Task.Run(() => (database.Cli with { Output = output }).RunAsync(args, interruption.Token));
        await output.SeenAsync("object.created");
        (await database.Cli.RunAsync("append", id, "--type", "later")).ShouldSucceed();
        await output.SeenAsync("later");
        await interruption.CancelAsync();

        (await following).ShouldSucceed();
    }

    [Fact]
    public async Task Follow_ToAPosition_EndsThere()
    {
        await database.StartAsync("until", 2);

        var result = await database.Cli.RunAsync("events", "until", "--follow", "--to", "2");

        result.ShouldSucceed().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Read_Interrupted_Exits130WithoutAWord()
    {
        await database.StartAsync("stopped", 1);
        using var interruption = new CancellationTokenSource();
        await interruption.CancelAsync();

        var result = await database.Cli.RunAsync(["events", "stopped"], interruption.Token);

        result.ShouldBe(new CliResult(130, "", ""));
    }

    [Fact]
    public async Task Terminal_ShowsColoursAndCutsLongLines()
    {
        await database.StartAsync("wide", 1);
        (await database.Cli.RunAsync("append", "wide", "--type", "note", "--data", $$"""{"text":"{{new string('x', 500)}}"}""")).ShouldSucceed();
        var terminal = database.Cli with { OutputWidth = 80 };

        var lines = (await terminal.RunAsync("events", "wide")).ShouldSucceed().TrimEnd('\n').Split('\n');

        lines[0].ShouldContain("\e[1mobject.created");
        Plain(lines[1]).Length.ShouldBe(80);
        Plain(lines[1]).ShouldEndWith("…");
        var plain = await (terminal with { Environment = new Dictionary<string, string> { ["NO_COLOR"] = "1" } }).RunAsync("events", "wide");
        plain.ShouldSucceed().ShouldNotContain("\e");
    }

    [Fact]
    public async Task ControlCharacters_NeverReachTheTerminal()
    {
        (await database.Cli.RunAsync("append", "run:evil", "--type", "note", "--actor", "a\e[2Jb", "--data", "{\"a\":\"\\u001b[2J\"}")).ShouldSucceed();

        var output = (await database.Cli.RunAsync("events", "evil")).ShouldSucceed();

        output.ShouldNotContain("\e");
        output.ShouldContain("a\uFFFD[2Jb");
    }

    private static string Plain(string line) => System.Text.RegularExpressions.Regex.Replace(line, "\e\\[[0-9]*m", "");
}
