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
        taken[0].Text.ShouldStartWith("""{"length":1,""");
    }

    [Fact]
    public async Task RunAppend_NameNearABuiltInOne_IsTakenWithANote()
    {
        var answers = await AskAsync("""{"run":"near","type":"object.create","data":{}}""", """{"run":"far","type":"kettle.created","data":{}}""");

        answers.ShouldAllBe(a => !a.IsError);
        JsonDocument.Parse(answers[0].Text).RootElement.GetProperty("note").GetString().ShouldBe(
            "'object.create' is not a built-in event, and means nothing to worlds and calls; the built-in one is 'object.created'.");
        answers[1].Text.ShouldNotContain("built-in");
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
