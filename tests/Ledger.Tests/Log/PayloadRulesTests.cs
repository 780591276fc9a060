using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Ledger.Events;
using Ledger.Json;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log;

public sealed partial class PayloadRulesTests
{
    private static readonly EventRegistry Registry =
        EventRegistry.Create(b => b.Add(SampleContext.Default.NoteTaken).Add(SampleContext.Default.Measured));

    [Theory]
    [InlineData("\"a\\u0000b\"", "U+0000")]
    [InlineData("\"\\ud800\"", "half of a surrogate pair")]
    [InlineData("\"\\udc00\"", "half of a surrogate pair")]
    [InlineData("\"\\ud800x\\udc00\"", "half of a surrogate pair")]
    [InlineData("\"\\ud83d\\ud83d\\ude80\"", "half of a surrogate pair")]
    [InlineData("1e131072", "131073 digits before")]
    [InlineData("-12e131071", "131073 digits before")]
    [InlineData("1e400000", "digits before")]
    [InlineData("1e99999999999999999999", "exponent")]
    [InlineData("0e99999999999999999999", "exponent")]
    [InlineData("1e-16384", "16384 digits after")]
    [InlineData("0.0e-16383", "16384 digits after")]
    public void Write_UntypedValue_RefusedWithItsPlace(string value, string reason)
    {
        var data = Element($$"""{"a/b":[1,{"m~n":{{value}}}]}""");

        var refused = Should.Throw<InvalidEventException>(() => Registry.Write(new NewEvent(new UntypedEvent("x", data))));

        refused.Reason.ShouldStartWith("'/a~1b/1/m~0n' of its JSON ");
        refused.Reason.ShouldContain(reason);
        refused.Type.ShouldBe("x");
    }

    [Theory]
    [InlineData("\"a\\\\u0000b\"")]
    [InlineData("\"\\ud83d\\ude80\"")]
    [InlineData("\"\\ufffd\"")]
    [InlineData("1e131071")]
    [InlineData("0.0001e131075")]
    [InlineData("0e400000")]
    [InlineData("1e-16383")]
    [InlineData("-0.0")]
    [InlineData("123456789012345678901234567890.10")]
    [InlineData("1E+2")]
    public void Write_UntypedValue_ReadBackByValue(string value)
    {
        var data = Element($$"""{"v": {{value}}}""");

        var written = Registry.Write(new NewEvent(new UntypedEvent("x", data)));

        var read = Registry.Read("x", written.Json).ShouldBeOfType<UntypedEvent>().Data;
        JsonEquality.Instance.Equals(read, data).ShouldBeTrue();
        if (value[0] is not '"')
        {
            Text(written.Json).ShouldBe($$"""{"v":{{value}}}""");
        }
    }

    [Fact]
    public void Write_KeyWithNul_RefusedWithItsPlace() =>
        Refusal(new UntypedEvent("x", Element("""{"a":{"b\u0000":1}}"""))).ShouldBe(
            """'/a/b\u0000' of its JSON holds the character U+0000, which PostgreSQL cannot keep. Remove it.""");

    [Fact]
    public void Write_TextOutsideAscii_IsNotEscaped()
    {
        var written = Registry.Write(new NewEvent(new NoteTaken("é ক 🚀 \u2028 </script> + ' \u007f \" \\ \n \u0001")));

        Text(written.Json).ShouldBe("{\"text\":\"é ক 🚀 \u2028 </script> + ' \u007f \\\" \\\\ \\n \\u0001\"}");
    }

    [Theory]
    [InlineData(@"\ud800")]
    [InlineData(@"ends with half \ud83d")]
    [InlineData(@"\ude80 starts with half")]
    [InlineData(@"\n escaped, then \ud83d half")]
    [InlineData(@"wrong way round \ude80\ud83d")]
    public void Write_TypedTextWithLoneSurrogate_Refused(string escaped)
    {
        var text = Regex.Unescape(escaped);

        Refusal(new NoteTaken(text)).ShouldStartWith("'/text' of its JSON holds half of a surrogate pair");
        Refusal(new NoteTaken("ok", ["a", text])).ShouldStartWith("'/tags/1' of its JSON holds half of a surrogate pair");
        Refusal(new NoteTaken("ok", Counts: new() { ["a"] = 1, [text] = 2 })).ShouldStartWith("'/counts' of its JSON holds half");
        Refusal(new ObjectCreated("o", "T", new JsonObject { ["k"] = "v" }) with { Id = text }).ShouldStartWith("'/id' of its JSON holds half");
    }

    [Fact]
    public void Write_ReplacementCharacter_IsKept()
    {
        var written = Registry.Write(new NewEvent(new NoteTaken("\uFFFD")));

        Text(written.Json).ShouldBe("{\"text\":\"\uFFFD\"}");
    }

    [Fact]
    public void Write_TypedTextWithNul_Refused() =>
        Refusal(new NoteTaken("a\0b")).ShouldBe("'/text' of its JSON holds the character U+0000, which PostgreSQL cannot keep. Remove it.");

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\u0000\"")]
    [InlineData("1e400000")]
    public void Write_TypedEventWithBadElement_Refused(string value) =>
        Refusal(new ObjectCreated("o", "T", Element($$"""{"k":{{value}}}"""))).ShouldStartWith("'/data/k' of its JSON ");

    [Fact]
    public void Write_NotANumber_Refused() =>
        Refusal(new Measured(double.NaN)).ShouldStartWith("'/value' of its JSON cannot be written as JSON. ");

    [Fact]
    public void Write_BytesThatAreNotUtf8_Refused()
    {
        using var document = JsonDocument.Parse(new byte[] { (byte)'[', (byte)'"', 0xC3, (byte)'"', (byte)']' });

        Refusal(new UntypedEvent("x", document.RootElement)).ShouldBe(
            "'/0' of its JSON holds bytes that are not UTF-8. Decode the text with the encoding that it has.");
    }

    [Fact]
    public void Write_UndefinedElement_Refused() =>
        Refusal(new UntypedEvent("x", default)).ShouldBe("its JSON is undefined. Pass a value, such as an empty object.");

    [Fact]
    public void Write_DeepestAllowed_ReadsBackTyped()
    {
        var data = new ObjectCreated("o", "T", Element("{\"k\":" + Nested(PayloadRules.MaxDepth - 2) + "}"));

        var written = Registry.Write(new NewEvent(data));

        Registry.Read("object.created", written.Json).ShouldBeOfType<ObjectCreated>().Id.ShouldBe("o");
    }

    [Theory]
    [InlineData(PayloadRules.MaxDepth + 1)]
    [InlineData(5_000)]
    public void Write_TooDeep_Refused(int depth)
    {
        Refusal(new UntypedEvent("x", Element(Nested(depth)))).ShouldContain("is nested deeper than 512 levels");
        Refusal(new ObjectCreated("o", "T", Element(Nested(depth)))).ShouldContain("is nested deeper than 512 levels");
    }

    [Fact]
    public void Write_TooLarge_Refused() => Refusal(new NoteTaken(new string('x', PayloadRules.MaxBytes))).ShouldBe(
        "its JSON has 16777227 bytes, and 16777216 are allowed. Keep the content elsewhere, and its address in the event.");

    [Fact]
    public void Write_TextFarTooLarge_RefusedBeforeItIsWritten()
    {
        // An event's text has a limit of tens of megabytes; a writer with another one shows the same.
        using var writer = new Utf8JsonWriter(new MemoryStream(), new JsonWriterOptions { Encoder = PlainJsonEncoder.UpTo(8) });
        writer.WriteStartArray();
        writer.WriteStringValue("12345678");
        writer.WriteStringValue("12345678"u8);

        Should.Throw<TextTooLongException>(() => writer.WriteStringValue("123456789"));
        Should.Throw<TextTooLongException>(() => writer.WriteStringValue("123456789"u8));
        writer.BytesPending.ShouldBeLessThan(30);
    }

    [Fact]
    public void Write_PartsFarTooLargeTogether_RefusedBeforeTheyAreWritten() =>
        Refusal(new EventMetadata { ForeignCauses = [.. Enumerable.Repeat(new string('x', 20_000_000), 5)] }).ShouldBe(
            "its headers has more than 67108864 bytes, and 16777216 are allowed. Keep the content elsewhere, and its address in the event.");

    [Fact]
    public void Write_LargestAllowed_IsWritten() =>
        Registry.Write(new NewEvent(new NoteTaken(new string('x', PayloadRules.MaxBytes - 11)))).Json.Length.ShouldBe(PayloadRules.MaxBytes);

    [Fact]
    public void Write_NumbersTooLargeWrittenOut_Refused()
    {
        var numbers = Element("[" + string.Join(',', Enumerable.Repeat("1e131071", 200)) + "]");

        Refusal(new UntypedEvent("x", numbers)).ShouldStartWith("'/127' of its JSON takes the JSON over 16777216 bytes");
    }

    [Theory]
    [InlineData("", "its name is blank. Choose another.")]
    [InlineData(" ", "its name is blank. Choose another.")]
    [InlineData(@"a\u0000", "its name has the control character U+0000 as character 2. Choose another.")]
    [InlineData(@"a\ud800", "its name has half of a surrogate pair as character 2. Choose another.")]
    public void Write_BadName_Refused(string escaped, string reason)
    {
        // An attribute cannot hold half a surrogate pair.
        var name = Regex.Unescape(escaped);

        Refusal(new UntypedEvent(name, Element("{}"))).ShouldBe(reason);
        Should.Throw<ArgumentException>(() => EventRegistry.Create(b => b.Add(name, SampleContext.Default.NoteTaken)));
    }

    [Fact]
    public void Write_NameTooLong_Refused()
    {
        Registry.Write(new NewEvent(new UntypedEvent(new string('é', 500), Element("{}")))).Type.Length.ShouldBe(500);
        Refusal(new UntypedEvent(new string('é', 501), Element("{}"))).ShouldBe("its name has 501 characters, and 500 are allowed. Choose another.");
    }

    [Fact]
    public void Write_BadHeaders_RefusedWithTheirPlace()
    {
        Refusal(new EventMetadata { Actor = "a\0" }).ShouldStartWith("'/actor' of its headers holds the character U+0000");
        Refusal(new EventMetadata { Source = "\ud800" }).ShouldStartWith("'/source' of its headers holds half of a surrogate pair");
        Refusal(new EventMetadata { ForeignId = "\ud800" }).ShouldStartWith("'/foreign_id' of its headers holds half");
        Refusal(new EventMetadata { ForeignCauses = ["a", "b\0"] }).ShouldStartWith("'/foreign_causes/1' of its headers holds the character");
        Refusal(new EventMetadata { Headers = new Dictionary<string, JsonElement> { ["h"] = Element("1e400000") } })
            .ShouldStartWith("'/h' of its headers is a number");
        Refusal(new EventMetadata { Headers = new Dictionary<string, JsonElement> { ["h"] = default } })
            .ShouldStartWith("'/h' of its headers cannot be written as JSON.");
    }

    [Fact]
    public void Write_BadCorrelationId_Refused() =>
        Should.Throw<InvalidEventException>(() => Registry.Write(new NewEvent(new NoteTaken("n")) { CorrelationId = "a\0" }))
            .Reason.ShouldBe("its correlation id has the control character U+0000 as character 2. Choose another.");

    [Fact]
    public void Write_AfterARefusal_WritesWhole()
    {
        Refusal(new NoteTaken("\ud800"));

        Text(Registry.Write(new NewEvent(new NoteTaken("n"))).Json).ShouldBe("{\"text\":\"n\"}");
    }

    [Fact]
    public void Write_Again_AllocatesLittleMoreThanTheResult()
    {
        var note = new NewEvent(new NoteTaken(new string('é', 5_000) + "\n"));
        var size = Registry.Write(note).Json.Length;
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            Registry.Write(note);
        }

        ((GC.GetAllocatedBytesForCurrentThread() - before) / 100).ShouldBeLessThan(size + 1_000);
    }

    private static string Refusal(object data) =>
        Should.Throw<InvalidEventException>(() => Registry.Write(new NewEvent(data))).Reason;

    private static string Refusal(EventMetadata metadata) =>
        Should.Throw<InvalidEventException>(() => Registry.Write(new NewEvent(new NoteTaken("n"), metadata))).Reason;

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);

    private static JsonElement Element(string json) => JsonElement.Parse(json, new JsonDocumentOptions { MaxDepth = 10_000 });

    [EventType("note-taken")]
    internal sealed record NoteTaken(
        [property: JsonPropertyName("text")] string Text,
        [property: JsonPropertyName("tags"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Tags = null,
        [property: JsonPropertyName("counts"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Dictionary<string, int>? Counts = null);

    [EventType("measured")]
    internal sealed record Measured([property: JsonPropertyName("value")] double Value);

    [JsonSerializable(typeof(NoteTaken))]
    [JsonSerializable(typeof(Measured))]
    internal sealed partial class SampleContext : JsonSerializerContext;
}
