using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Events;

/// <summary>What a run or a file cannot give or take: one sentence, exit code 1, nothing written.</summary>
public sealed class BadInputTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Refusals_AreOneSentenceEach()
    {
        await database.StartAsync("bad", 3);
        (await database.Cli.RunAsync("fork", "bad", "--at", "2", "--id", "both")).ShouldSucceed();
        (await database.Cli.RunAsync("run", "start", "--id", "both")).ShouldSucceed();
        var story = new Transcript(database.Cli);
        foreach (var command in (string[])["events", "status", "world", "branches"])
        {
            await story.RunAsync(command, "nix");
        }

        await story.RunAsync("fork", "nix", "--at", "0");
        await story.RunAsync("diff", "bad", "run:nix");
        await story.RunAsync("events", "branch:bad");
        await story.RunAsync("status", "both");
        await story.RunAsync("append", "both", "--type", "t");
        await story.RunAsync("append", "branch:nix", "--type", "t");
        await story.RunAsync("append", "bda", "--type", "t", "--create", "off");
        await story.RunAsync("append", "bad", "--type", "t", "--create", "maybe");
        await story.RunAsync("events", "bad", "--from", "4");
        await story.RunAsync("events", "bad", "--to", "4");
        await story.RunAsync("world", "bad", "--at", "4");
        await story.RunAsync("fork", "bad", "--at", "4");
        await story.RunAsync("fork", "bad", "--at", "2", "--id", "both");
        await story.RunAsync("diff", "bad", "bad", "--at-b", "4");
        await story.RunAsync("append", "bad", "--type", "t", "--expect", "2");
        await story.RunAsync("append", "bad", "--type", "t", "--expect", "none");
        await story.RunAsync("append", "branch:both", "--type", "t", "--expect", "1");
        await story.RunAsync("append", "branch:both", "--type", "t", "--expect", "4");
        await story.RunAsync("append", "bad", "--type", "t", "--data", """{"a":"\u0000"}""");
        await story.RunAsync("append", "bad", "--type", "t", "--data", """{"a":["\ud800"]}""");
        await story.RunAsync("append", "bad", "--type", "t", "--data", "1e999999");
        await story.RunAsync("append", "bad", "--type", " ");
        await story.RunAsync("append", "bad", "--type", "object.patched", "--data", """{"id":"zz"}""", "--validate");
        await story.RunAsync("append", "bad", "--file", "no-such-file");
        await story.RunAsync("world", "--events", "no-such-file");
        await story.RunAsync("append", "bad", "--file", "-");
        await story.RunAsync("status", "bad");

        Approved.Check("bad-input", story.ToString());
    }

    [Theory]
    [InlineData("{\"type\":\"t\",\"data\":1}\n{\"type\":\"t\",}\n", "line 2, column 13: malformed JSON.")]
    [InlineData("{\"type\":\"t\",\"data\":1}\n\n[1]", "line 3, column 1: a line must be one JSON object.")]
    [InlineData("{\"data\":{}}", "line 1: the event has no 'type'.")]
    [InlineData("{\"type\":\"t\",\"timestamp\":\"soon\"}", "line 1, column 25: 'timestamp' is 'soon'")]
    public async Task Append_BadLine_IsNamedAndNothingWritten(string input, string place)
    {
        var cli = database.Cli with { Input = input };

        var result = await cli.RunAsync("append", "run:lines", "--file", "-");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldBe("");
        result.Error.ShouldStartWith($"ledger: In standard input, {place}");
        result.Error.ShouldEndWith("Nothing was written.\n");
        (await cli.RunAsync("status", "run:lines")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Append_EventOver16Megabytes_IsRefused()
    {
        var cli = database.Cli with { Input = "{\"type\":\"t\",\"data\":{\"a\":\"" + new string('x', 17 * 1024 * 1024) + "\"}}" };

        var result = await cli.RunAsync("append", "run:huge", "--file", "-");

        result.ShouldBeRefused(
            1,
            "In standard input, line 1: 'data' has 17825800 bytes, and 16777216 are allowed. "
            + "Keep the content elsewhere, and its address in the event. Nothing was written.");
        (await cli.RunAsync("status", "run:huge")).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task World_FaultInTheHistory_NamesTheEvent()
    {
        await database.StartAsync("faulty", 1);
        var lines = database.Cli with { Input = """{"id":"oops","type":"object.patched","data":{"id":"zz"}}""" };
        (await lines.RunAsync("append", "faulty", "--file", "-")).ShouldBeRefused(
            1,
            "Event 'oops' for position 1 cannot be applied to the world: object.patched names the object 'zz', which does not exist there "
            + "(unknown_object). Nothing was written to 'run:faulty'. Append an object.created of 'zz' before it; if the object was removed, "
            + "'ledger fork run:faulty --at N' continues from where it existed.");
        (await lines.RunAsync("append", "faulty", "--file", "-", "--validate", "off")).ShouldSucceed();

        (await database.Cli.RunAsync("world", "faulty")).ShouldSucceed().ShouldEndWith(
            """
            Summary: 1 object, 0 relations
            Skipped: 1 event that cannot be applied
               1  oops  object.patched names the object 'zz', which does not exist there (unknown_object)
            Append an event that corrects it, or continue without it on a branch: ledger fork run:faulty --at 1

            """);
        (await database.Cli.RunAsync("world", "faulty", "--strict")).ShouldBeRefused(
            1,
            "Event 'oops' at position 1 cannot be applied to the world: object.patched names the object 'zz', which does not exist there "
            + "(unknown_object). The world at position 1 can be read. Append an event that corrects it, or continue without it on a branch "
            + "('ledger fork … --at 1').");
        (await database.Cli.RunAsync("replay", "faulty")).ExitCode.ShouldBe(1);
        (await database.Cli.RunAsync("replay", "faulty", "--skip-faults")).ShouldSucceed();
        (await database.Cli.RunAsync("snapshot", "faulty")).ShouldSucceed();
        (await database.Cli.RunAsync("world", "faulty", "--at", "1")).ShouldSucceed().ShouldContain("1 object");
    }
}
