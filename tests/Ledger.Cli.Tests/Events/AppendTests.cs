using System.Text;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Events;

public sealed class AppendTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task ApplicationStream_IsCreatedByItsName()
    {
        var answer = await database.Cli.JsonAsync("append", "orders:7", "--type", "order placed", "--expect", "none");

        answer.GetProperty("length").GetInt64().ShouldBe(1);
        (await database.Cli.JsonAsync("status", "orders:7")).GetProperty("stream").GetString().ShouldBe("orders:7");
        (await database.Cli.JsonAsync("run", "list")).EnumerateArray().ShouldAllBe(r => r.GetProperty("id").GetString() != "7");
    }

    [Fact]
    public async Task ActorAndCause_FillWhatTheEventsDoNotSay()
    {
        var cli = database.Cli with { Input = "{\"type\":\"a\",\"data\":{}}\n{\"type\":\"b\",\"data\":{},\"actor\":\"own\",\"cause\":\"x\"}" };
        var cause = Guid.NewGuid();

        (await cli.RunAsync("append", "run:filled", "--file", "-", "--actor", "me", "--cause", cause.ToString())).ShouldSucceed();

        var events = await cli.JsonAsync("events", "run:filled");
        events[0].GetProperty("actor").GetString().ShouldBe("me");
        events[0].GetProperty("cause")[0].GetGuid().ShouldBe(cause);
        events[1].GetProperty("actor").GetString().ShouldBe("own");
        events[1].GetProperty("cause")[0].GetString().ShouldBe("x");
    }

    [Fact]
    public async Task NameNearABuiltInOne_IsTakenWithAHint()
    {
        var cli = database.Cli with { Input = "{\"type\":\"object.create\",\"data\":{}}\n{\"type\":\"object.create\",\"data\":{}}\n{\"type\":\"near\",\"data\":{}}" };
        var result = await cli.RunAsync("append", "run:near", "--file", "-");

        result.ExitCode.ShouldBe(0);
        result.Error.ShouldBe("ledger: 'object.create' is not a built-in event, and means nothing to worlds and calls; the built-in one is 'object.created'.\n");
        result.Output.ShouldBe("Appended 3 events to run:near, which is new, at positions 0 to 2; the history now has 3 events.\n");
    }

    [Fact]
    public async Task Printed_EventsCanBeAppendedAgain()
    {
        await database.StartAsync("origin", 3);
        var printed = (await database.Cli.RunAsync("events", "origin", "--follow", "--to", "3", "--json")).ShouldSucceed();

        (await (database.Cli with { Input = printed }).RunAsync("append", "run:copy", "--file", "-", "--validate")).ShouldSucceed();

        (await database.Cli.JsonAsync("diff", "origin", "copy")).GetProperty("has_changes").GetBoolean().ShouldBeFalse();
    }

    // The events go in parts of 10,000: what is there already may end within a part, or between two.
    [Theory]
    [InlineData(25_000, "The append to stream 'run:many-25000' repeats event ")]
    [InlineData(20_000, "'run:many-20000' already has some of these events. Nothing was written; append only the new ones.")]
    public async Task ManyEvents_AreAllOrNone(int count, string refusal)
    {
        var many = database.Cli with { Input = Lines(count) };
        var run = $"run:many-{count}";

        (await many.JsonAsync("append", run, "--file", "-", "--expect", "none")).GetProperty("version").GetInt64().ShouldBe(count);
        (await many.JsonAsync("append", run, "--file", "-", "--expect", "none")).GetProperty("version").GetInt64().ShouldBe(count);

        var result = await (database.Cli with { Input = Lines(30_000) }).RunAsync("append", run, "--file", "-");
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldStartWith($"ledger: {refusal}");
        (await database.Cli.JsonAsync("status", run)).GetProperty("length").GetInt64().ShouldBe(count);
    }

    [Fact]
    public async Task ManyEvents_WrongLength_SaysWhichItIs()
    {
        await database.StartAsync("short", 2);

        var result = await (database.Cli with { Input = Lines(20_000) }).RunAsync("append", "short", "--file", "-", "--expect", "1");

        result.ShouldBeRefused(
            1, "'run:short' has 2 events, but the append expected 1. Nothing was written; read the new events and decide again.");
        (await database.Cli.JsonAsync("status", "short")).GetProperty("length").GetInt64().ShouldBe(2);
    }

    [Fact]
    public async Task ManyEvents_BadLineAtTheEnd_WritesNothing()
    {
        var result = await (database.Cli with { Input = Lines(20_000) + "nonsense" }).RunAsync("append", "run:spoilt", "--file", "-");

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldStartWith("ledger: In standard input, line 20001, column 2: malformed JSON.");
        (await database.Cli.RunAsync("status", "run:spoilt")).ExitCode.ShouldBe(1);
    }

    // The file has no bytes of its own on the disk.
    [Fact]
    public async Task LineOf260Megabytes_IsRefusedWithBothSizes()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var file = File.OpenWrite(path))
            {
                file.SetLength(260_000_000);
            }

            (await database.Cli.RunAsync("append", "run:big", "--file", path)).ShouldBeRefused(
                1, $"In '{path}', line 1: it is longer than 134217728 bytes; an event may have 16777216. Nothing was written.");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Lines(int count)
    {
        var lines = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            lines.Append("{\"id\":\"n").Append(i).Append("\",\"type\":\"note\",\"data\":{}}\n");
        }

        return lines.ToString();
    }
}
