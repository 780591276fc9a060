using System.Text.Json;
using Ledger.Events;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Reading;

/// <summary>JSON comes back by value: nothing is rounded, cut or lost.</summary>
public abstract class JsonValueTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("9007199254740993")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890")]
    [InlineData("-98765432109876543210987654321098765432109876543210.000000000000000000000000000001")]
    [InlineData("0.1")]
    [InlineData("0.30000000000000004")]
    [InlineData("1.0")]
    [InlineData("1.10")]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\"a\\tb\\\"c\\\\d\\/e\\u001f\\u007f\"")]
    [InlineData("\"ä é \\u00e9 日本 \\ud83d\\ude00 \\uffff\"")]
    [InlineData("\"<script>&'+`\"")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[[], {}, [[]], {\"\": {\"\": []}}]")]
    [InlineData("{\"b\": 1, \"a\": 2, \"aa\": 3, \"Ä\": 4, \"\\ud83d\\ude00\": 5, \" \": 6}")]
    public async Task Json_AnyValue_ComesBack(string json)
    {
        var read = await RoundTripAsync(json);

        JsonElement.DeepEquals(read, JsonElement.Parse(json)).ShouldBeTrue($"{json} came back as {read.GetRawText()}");
    }

    [Theory]
    [InlineData("1e22", "10000000000000000000000")]
    [InlineData("1E+2", "100")]
    [InlineData("1.5e3", "1500")]
    [InlineData("1.50e1", "15.0")]
    [InlineData("0.00123e5", "123")]
    [InlineData("-12.5e-3", "-0.0125")]
    [InlineData("5e-1", "0.5")]
    [InlineData("123e0", "123")]
    [InlineData("0e9", "0")]
    [InlineData("-0.0", "0.0")]
    [InlineData("-0", "0")]
    [InlineData("-0e-2", "0.00")]
    public async Task Json_NumberInAnotherSpelling_ComesBackPlain(string json, string plain)
    {
        var read = await RoundTripAsync(json);

        read.GetRawText().ShouldBe(plain);
    }

    [Fact]
    public async Task Json_NumberWithExponent_FitsAnInteger()
    {
        var stream = NewStream();
        await Store.AppendAsync(
            stream, ExpectedVersion.NoStream, [new UntypedEvent("llm.request", JsonElement.Parse("""{"max_tokens": 1e3}"""))]);

        (await ReadAsync(stream)).Single().Data.ShouldBeOfType<LlmRequest>().MaxTokens.ShouldBe(1_000);
    }

    [Fact]
    public async Task Json_MemberTwice_KeepsTheLast()
    {
        var read = await RoundTripAsync("""{"a": {"x": 1, "x": 2}, "b": 1, "a": {"y": 1, "y": [{"z": 1, "z": 2}]}}""");

        JsonElement.DeepEquals(read, JsonElement.Parse("""{"b": 1, "a": {"y": [{"z": 2}]}}""")).ShouldBeTrue(read.GetRawText());
        read.EnumerateObject().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Json_LongText_ComesBack()
    {
        var text = string.Concat(Enumerable.Range(0, 40_000).Select(n => $"ä{n}\U0001F600"));

        (await RoundTripAsync(JsonSerializer.Serialize(text))).GetString().ShouldBe(text);
    }

    [Fact]
    public async Task Json_NestedAsDeepAsAllowed_ComesBack()
    {
        var read = await RoundTripAsync(Nested(PayloadRules.MaxDepth - 1));

        for (var depth = PayloadRules.MaxDepth - 1; depth > 1; depth--)
        {
            read = read[0];
        }

        read.GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Json_ThatNoEngineCanKeep_WritesNothing(string json)
    {
        var (stream, other) = (NewStream(), NewStream());
        var bad = new UntypedEvent("json.value", JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1_000 }).RootElement);

        var refused = await Should.ThrowAsync<InvalidEventException>(() => Store.AppendAsync(
        [
            new StreamAppend(other, ExpectedVersion.Any, [new NewEvent(Labelled("a"))]),
            new StreamAppend(stream, ExpectedVersion.Any, [new NewEvent(Labelled("b")), new NewEvent(bad)]),
        ]));

        refused.Message.ShouldStartWith("An event 'json.value' cannot be stored: ");
        refused.Message.ShouldEndWith(" Nothing was written.");
        (await Store.GetStreamAsync(stream)).ShouldBeNull();
        (await Store.GetStreamAsync(other)).ShouldBeNull();
    }

    public static TheoryData<string> Refused() =>
    [
        """{"a": "\u0000"}""",
        """{"a\u0000": 1}""",
        """{"a": "\ud83d"}""",
        """{"a": 1e131073}""",
        """{"a": 1e-16384}""",
        Nested(PayloadRules.MaxDepth + 1),
    ];

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private async Task<JsonElement> RoundTripAsync(string json)
    {
        var stream = NewStream();
        await Store.AppendAsync(
            stream,
            ExpectedVersion.NoStream,
            [new UntypedEvent("json.value", JsonDocument.Parse($$"""{"value": {{json}}}""", new JsonDocumentOptions { MaxDepth = 1_000 }).RootElement)]);
        return (await ReadAsync(stream)).Single().ToJsonElement().GetProperty("value");
    }
}
