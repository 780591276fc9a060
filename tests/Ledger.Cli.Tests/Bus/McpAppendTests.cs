using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Bus;

/// <summary>Which events the tool <c>run_append</c> takes.</summary>
public sealed class McpAppendTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task RunAppend_WhatTheWorldDoesNotTake_IsRefusedUnlessValidationIsOff()
    {
        const string ghost = """{"run":"judged","type":"object.patched","data":{"id":"ghost","patch":{}}""";
        var refused = await AskAsync(ghost + "}", ghost + ""","validate":true}""");
        var taken = await AskAsync(ghost + ""","validate":false}""");

        foreach (var (text, isError) in refused)
        {
            isError.ShouldBeTrue();
            text.ShouldContain(
                " for position 0 cannot be applied to the world: object.patched names the object 'ghost', which does not exist there (unknown_object). "
                + "Nothing was written to 'run:judged'.");
        }

        taken.ShouldHaveSingleItem().IsError.ShouldBeFalse();
        taken[0].Text.ShouldStartWith("""{"stream":"run:judged","outcome":"written","position":0,"count":1,"length":1,""");
    }

    [Fact]
    public async Task RunAppend_NameNearABuiltInOne_IsTakenWithANote()
    {
        var answers = await AskAsync("""{"run":"near","type":"object.create","data":{}}""", """{"run":"far","type":"kettle.created","data":{}}""");

        answers.ShouldAllBe(a => !a.IsError);
        JsonDocument.Parse(answers[0].Text).RootElement.GetProperty("notes")[0].GetString().ShouldBe(
            "'object.create' is not a built-in event, and means nothing to worlds and calls; the built-in one is 'object.created'.");
        answers[1].Text.ShouldNotContain("built-in");
    }

    [Theory]
    [InlineData(40, true)]
    [InlineData(400, false)]
    public async Task RunEvents_DeepData_IsText_AndStructureAsFarAsTheProtocolReads(int depth, bool hasStructure)
    {
        var data = $"{new string('[', depth)}{new string(']', depth)}";
        (await database.Cli.RunAsync("append", $"deep-{depth}", "--type", "note", "--data", data)).ShouldSucceed();

        var answers = await McpAnswers.AskAsync(
            database.Cli, $$$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"run_events","arguments":{"run":"deep-{{{{depth}}}}"} } }""");

        var result = answers["1"].GetProperty("result");
        result.GetProperty("content")[0].GetProperty("text").GetString()!.ShouldContain(data);
        result.TryGetProperty("structuredContent", out _).ShouldBe(hasStructure);
    }

    private async Task<IReadOnlyList<(string Text, bool IsError)>> AskAsync(params string[] arguments)
    {
        var answers = await McpAnswers.AskAsync(database.Cli, [.. arguments.Select((json, i) =>
            $$$$"""{"jsonrpc":"2.0","id":{{{{i + 1}}}},"method":"tools/call","params":{"name":"run_append","arguments":{{{{json}}}} } }""")]);
        return
        [
            .. arguments.Select((_, i) => answers[$"{i + 1}"].GetProperty("result")).Select(result =>
                (result.GetProperty("content")[0].GetProperty("text").GetString()!, result.GetProperty("isError").GetBoolean())),
        ];
    }
}
