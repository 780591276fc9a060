using System.Text;
using Ledger.Cli.Output;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Output;

/// <summary>What an event says cannot steer a terminal, nor turn its text around.</summary>
public sealed class TerminalTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Theory]
    [InlineData("a\u202Eb", "a\uFFFDb")]
    [InlineData("\u009B31m", "\uFFFD31m")]
    [InlineData("\u001b[31m\u007f\r\n", "\uFFFD[31m\uFFFD\uFFFD\uFFFD")]
    [InlineData("\u2066\u2069\u200f\u061c", "\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("Grüße 🫖 עברית", "Grüße 🫖 עברית")]
    public void Text_WhatSteers_IsReplaced(string text, string shown) => Printable.Of(text).ShouldBe(shown);

    // Every way to cut what is written into two parts.
    [Fact]
    public void Stream_WhatSteers_IsEscapedHoweverItIsCut()
    {
        var bytes = Encoding.UTF8.GetBytes("\u001b[1mé\u202E\u2066\u061C\u009B–\u2028«\u05D0🫖\n");
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            using var terminal = new MemoryStream();
            using var stream = new TerminalStream(terminal);
            stream.Write(bytes.AsSpan(0, cut));
            stream.Write(bytes, cut, bytes.Length - cut);

            Encoding.UTF8.GetString(terminal.ToArray()).ShouldBe("\u001b[1mé\\u202e\\u2066\\u061c\\u009b–\u2028«\u05D0🫖\n");
        }
    }

    [Fact]
    public async Task Worlds_OnATerminal_AreCutToIt_ButNotOneObject()
    {
        var plain = new Dictionary<string, string> { ["NO_COLOR"] = "1" };
        var (file, terminal) = (database.Cli, database.Cli with { OutputWidth = 60, Environment = plain });
        var text = string.Concat(Enumerable.Repeat("🫖 boils ", 30));
        (await file.RunAsync("append", "run:wide", "--type", "object.created", "--data", $$$"""{"id":"c1","type":"Claim","data":{"text":"{{{text}}}"}}""")).ShouldSucceed();
        (await file.RunAsync("append", "wide", "--type", "object.patched", "--data", $$$"""{"id":"c1","patch":{"text":"other {{{text}}}"}}""")).ShouldSucceed();

        foreach (var command in (string[][])[["world", "wide"], ["diff", "wide@1", "wide"], ["diff", "wide@0", "wide"]])
        {
            var shown = (await terminal.RunAsync(command)).ShouldSucceed();
            shown.Split('\n').ShouldAllBe(line => line.Length <= 60 && !line.Contains('\uFFFD'));
            shown.ShouldContain('…');
            (await file.RunAsync(command)).ShouldSucceed().ShouldContain(text);
        }

        (await terminal.RunAsync("diff", "wide@1", "wide")).ShouldSucceed().ShouldContain("… -> \"other 🫖");
        (await terminal.RunAsync("object", "wide", "c1")).ShouldSucceed().ShouldContain(text);
    }

    [Fact]
    public async Task Commands_OnATerminal_PrintNothingThatSteersIt()
    {
        var terminal = database.Cli with { OutputWidth = 80, ErrorIsTerminal = true };
        (await database.Cli.RunAsync("append", "run:steering", "--type", "note\u202E", "--data", "{\"text\":\"\u202E\u009B31m\"}", "--actor", "\u2066me"))
            .ShouldSucceed();

        (await database.Cli.RunAsync("append", "steering", "--type", "object.created", "--data", "{\"id\":\"o\u202E\",\"type\":\"T\u009B\",\"data\":{\"text\":\"\u202E\u009B31m\"}}")).ShouldSucceed();

        string[][] commands =
        [
            ["events", "steering"], ["events", "steering", "--json"], ["events", "steering", "--output", "csv"], ["status", "steering"], ["log"], ["world", "steering"], ["diff", "steering@0", "steering"],
            ["object", "steering", "o\u202E"], ["blame", "steering", "o\u202E"], ["search", "note"], ["query", "select data from ledger.events"], ["query", "select data from ledger.events", "--output", "csv"],
            ["export", "steering"], ["export", "chat", "steering"], ["export", "atif", "steering"], ["export", "otlp", "steering"], ["export", "cloudevents", "steering"],
            ["graph", "steering", "--picture", "timeline", "--svg", "-"],
        ];
        foreach (var command in commands)
        {
            var result = await terminal.RunAsync(command);
            result.ExitCode.ShouldBe(0, result.Error);
            result.Output.ShouldNotContain('\u202E');
            result.Output.ShouldNotContain('\u2066');
            result.Output.ShouldNotContain('\u009B');
        }

        (await terminal.RunAsync("status", "no\u202Ewhere")).Error.ShouldNotContain('\u202E');
        (await terminal.JsonAsync("events", "steering"))[0].GetProperty("data").GetProperty("text").GetString().ShouldBe("\u202E\u009B31m");
    }
}
