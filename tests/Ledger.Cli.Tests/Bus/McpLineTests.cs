using System.Text;
using System.Text.Json;
using Ledger.Cli.Bus;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Bus;

/// <summary>What <c>ledger mcp</c> answers to lines that no good client sends.</summary>
public sealed class McpLineTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    private const string Advice = "which is not a character. Nothing was done; cut text between characters, not within one.";

    [Fact]
    public async Task Arguments_HalfOfASurrogatePair_IsRefusedWithItsPlace()
    {
        var answers = await AskAsync(
            Append("1", """{"text":["whole \ud83d\ude00","half \ud83d"]}"""),
            Append("2", """{"\uDE00":1}"""),
            Append("3", """{"text":"whole \ud83d\ude00, spelled \\ud83d"}"""),
            """{"method":"tools/call","id":4,"params":{"arguments":{"run":"\udc00\ud83d"},"name":"run_world"},"jsonrpc":"2.0"}""");

        ErrorOf(answers["1"]).ShouldBe(@"The tool 'run_append' does not accept these arguments: '/data/text/1' holds half of a surrogate pair, '\ud83d', " + Advice);
        ErrorOf(answers["2"]).ShouldBe(@"The tool 'run_append' does not accept these arguments: '/data/\uDE00' holds half of a surrogate pair, '\uDE00', " + Advice);
        answers["3"].GetProperty("result").GetProperty("isError").GetBoolean().ShouldBeFalse();
        ErrorOf(answers["4"]).ShouldBe(@"The tool 'run_world' does not accept these arguments: '/run' holds half of a surrogate pair, '\udc00', " + Advice);
        (await database.Cli.JsonAsync("status", "halves")).GetProperty("length").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task Requests_HalfOfASurrogatePairElsewhere_IsAnError()
    {
        var answers = await AskAsync(
            """{"jsonrpc":"2.0","id":"\ud800","method":"ping"}""",
            """{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"a\udfff","arguments":{}}}""",
            """{"jsonrpc":"2.0","method":"notifications/\ud800"}""",
            """{"jsonrpc":"2.0","id":6,"method":"ping"}""");

        MessageOf(answers["\\ud800"]).ShouldBe(@"The request 'ping' cannot be read: '/id' holds half of a surrogate pair, '\ud800', " + Advice);
        MessageOf(answers["5"]).ShouldBe(@"The request 'tools/call' cannot be read: '/params/name' holds half of a surrogate pair, '\udfff', " + Advice);
        answers["6"].TryGetProperty("result", out _).ShouldBeTrue();

        static string? MessageOf(JsonElement answer)
        {
            answer.GetProperty("error").GetProperty("code").GetInt32().ShouldBe(-32602);
            return answer.GetProperty("error").GetProperty("message").GetString();
        }
    }

    [Fact]
    public void Requests_TooLarge_AreRefusedWithBothSizes()
    {
        var call = Encoding.UTF8.GetBytes(Append("1", "{}"));
        var ping = Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":"p","method":"ping"}""");

        Refusal(call, int.MaxValue).ShouldBeNull();
        ErrorOf(Parse(Refusal(call, call.Length - 1))).ShouldBe(
            $"The call of 'run_append' has {call.Length} bytes, and {call.Length - 1} are allowed. Nothing was done; keep the content elsewhere, and its address in the event.");
        Parse(Refusal(ping, 10)).GetProperty("error").GetProperty("message").GetString()!.ShouldStartWith(
            "The call of 'ping' has 42 bytes, and 10 are allowed.");
        Refusal("[1,2,3,4,5,6,7]"u8.ToArray(), 10).ShouldBeNull();

        static byte[]? Refusal(byte[] line, int maxBytes) => McpText.RefusalOf(new McpLine(line, line.Length), maxBytes);
        static JsonElement Parse(byte[]? line) => JsonDocument.Parse(line!).RootElement;
    }

    [Fact]
    public void Line_LongerThanIsKept_IsRefusedByItsBeginning()
    {
        var lines = new McpLines(kept: 120);
        var begun = Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"run_append","arguments":{"data":{"text":" """);
        lines.Take(begun).ShouldBeEmpty();
        for (var i = 0; i < 1000; i++)
        {
            lines.Take("0123456789"u8).ShouldBeEmpty();
        }

        var taken = lines.Take("\"}}}}\n{}\n"u8);

        taken.Count.ShouldBe(2);
        taken[0].Utf8.Length.ShouldBe(120);
        taken[0].Length.ShouldBe(begun.Length + 10_000 + 6);
        var answer = JsonDocument.Parse(McpText.RefusalOf(taken[0], maxBytes: 120)!).RootElement;
        answer.GetProperty("id").GetInt32().ShouldBe(7);
        ErrorOf(answer)!.ShouldStartWith($"The call of 'run_append' has {taken[0].Length} bytes, and 120 are allowed.");
        Encoding.UTF8.GetString(taken[1].Utf8.Span).ShouldBe("{}\n");
        lines.HasBegun.ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"method":"tools/call","params":{"name":"run_append","arguments":{"run":"0123456789"}},"id":8}""")]
    [InlineData("0123456789012345678901234567890123456789")]
    public void Line_LongerThanIsKeptWithoutAnId_IsRefusedAndNotPassedOn(string line)
    {
        var taken = new McpLines(kept: 20).Take(Encoding.UTF8.GetBytes(line + "\n"))[0];

        var answer = JsonDocument.Parse(McpText.RefusalOf(taken, maxBytes: 20)!).RootElement;
        answer.GetProperty("id").ValueKind.ShouldBe(JsonValueKind.Null);
        answer.GetProperty("error").GetProperty("message").GetString()!.ShouldContain($" has {line.Length + 1} bytes, and 20 are allowed.");
    }

    private static string Append(string id, string data) =>
        $$$$$"""{"jsonrpc":"2.0","id":{{{{{id}}}}},"method":"tools/call","params":{"name":"run_append","arguments":{"run":"halves","type":"note","data":{{{{{data}}}}}}}}""";

    private static string? ErrorOf(JsonElement answer)
    {
        answer.GetProperty("result").GetProperty("isError").GetBoolean().ShouldBeTrue();
        return answer.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString();
    }

    private Task<Dictionary<string, JsonElement>> AskAsync(params string[] lines) => McpAnswers.AskAsync(database.Cli, lines);
}
