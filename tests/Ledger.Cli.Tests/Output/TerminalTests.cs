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
    public async Task Commands_OnATerminal_PrintNothingThatSteersIt()
    {
        var terminal = database.Cli with { OutputWidth = 80, ErrorIsTerminal = true };
        (await database.Cli.RunAsync("append", "run:steering", "--type", "note\u202E", "--data", "{\"text\":\"\u202E\u009B31m\"}", "--actor", "\u2066me"))
            .ShouldSucceed();

        string[][] commands = [["events", "steering"], ["events", "steering", "--json"], ["status", "steering"], ["log"]];
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
