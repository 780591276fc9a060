using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Demo;

public sealed partial class DemoCommandTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    // Its agents say that they are at work: a clock on which every period is over at once would have each heartbeat come too late.
    private Cli Cli => database.Cli with { TimeProvider = TimeProvider.System };

    [Fact]
    public async Task Next_EveryCommand_WorksAsPrinted()
    {
        var printed = (await Cli.RunAsync("demo")).ShouldSucceed();

        var commands = printed[printed.IndexOf("Try next\n", StringComparison.Ordinal)..].Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        commands.Length.ShouldBe(11);
        foreach (var command in commands)
        {
            var words = Word().Matches(command).Select(word => word.Value.Trim('"')).ToArray();
            words[0].ShouldBe("ledger");
            if (words[1] == "serve")
            {
                await ServeAsync(words[1..]);
                continue;
            }

            (await Cli.RunAsync(words[1..])).ShouldSucceed().ShouldNotBe("");
            if (words is [.., "--svg", var picture])
            {
                File.ReadAllText(picture).ShouldContain("schedule-9");
                File.Delete(picture);
            }
        }
    }

    [Fact]
    public async Task Demo_Twice_IsTwoRuns()
    {
        var first = await Cli.JsonAsync("demo");
        var second = await Cli.JsonAsync("demo");

        first.GetProperty("run_id").GetString().ShouldNotBe(second.GetProperty("run_id").GetString());
        first.GetProperty("run_length").GetInt64().ShouldBe(second.GetProperty("run_length").GetInt64());
        (await Cli.JsonAsync("branches", second.GetProperty("run_id").GetString()!)).GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Demo_IdInUse_IsRefused()
    {
        await database.StartAsync("taken", 2);

        (await Cli.RunAsync("demo", "--id", "taken")).ShouldBeRefused(
            1, "Run 'taken' exists already and has 2 events. Nothing was written; choose another id.");
    }

    [Theory]
    [InlineData("--id", "run:a\nb")]
    [InlineData("~/project")]
    public async Task Demo_BadArguments_AreRefusedBeforeAServerIsAsked(params string[] arguments)
    {
        var result = await new Cli().RunAsync(["demo", .. arguments]);

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldStartWith("ledger: ");
        result.Output.ShouldBe("");
    }

    // On any port that is free; another program of this machine may have the usual one.
    private async Task ServeAsync(string[] command)
    {
        using var output = new WatchedStream();
        using var stop = new CancellationTokenSource();
        var serving = (database.Cli with { Output = output }).RunAsync([.. command, "--port", "0"], stop.Token);
        await output.TextAsync("Ctrl-C");
        await stop.CancelAsync();
        (await serving).ExitCode.ShouldBe(0);
    }

    [GeneratedRegex("\"[^\"]*\"|[^ ]+")]
    private static partial Regex Word();
}
