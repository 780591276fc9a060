using System.Text.Json;
using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Interop.OpenTelemetry;
using Ledger.Json;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests.OpenTelemetry;

/// <summary>The short way to read attributes says what the long one says.</summary>
public sealed class PlainAttributesTests
{
    private static readonly string[] Keys =
    [
        "\"a\"", "\"gen_ai.operation.name\"", "\"gen_ai.request.model\"", "\"ä.ö\"", "\"\"", "\"\\u0061\"", "\"gen_ai.prompt.0.role\"", "\"llm.request.type\"", "\"gen_ai.usage.prompt_tokens\"",
        "\"openinference.span.kind\"", "5", "null",
    ];

    private static readonly string[] Values =
    [
        """{"stringValue":"x"}""", """{"stringValue":"a\n\/\"ä"}""", """{"stringValue":"\u0000"}""", """{"stringValue":"\ud800"}""", """{"stringValue":"\u0022\\u"}""", """{"stringValue":"\uD83D\uDE00"}""", """{"stringValue":5}""", """{"stringValue":"chat"}""", """{"boolValue":true}""",
        """{"intValue":"007"}""", """{"intValue":"-9223372036854775808"}""", """{"intValue":"9223372036854775808"}""", """{"intValue":"+5"}""", """{"intValue":" 5"}""", """{"intValue":""}""",
        """{"intValue":1.50}""", """{"doubleValue":1e400}""", """{"doubleValue":1e999999999999}""", """{"doubleValue":"NaN"}""", """{"bytesValue":"AA=="}""", """{"kvlistValue":{"values":[{"key":"k","value":{"intValue":"1"}}]}}""",
        """{"arrayValue":{"values":[{"stringValue":"x"},{"intValue":"3"}]}}""", """{"arrayValue":{"values":[]}}""", """{"arrayValue":{}}""", """{"arrayValue":{"values":[{"arrayValue":{"values":[{"boolValue":false}]}}]}}""",
        """{"arrayValue":{"values":[{},null]}}""", """{"stringValue":"x","intValue":"1"}""", "{}", "null", "\"x\"",
    ];

    [Fact]
    public async Task Find_AnyAttributes_SaysWhatTheLongWaySays()
    {
        var (plain, other) = (0, 0);
        await Law.HoldsAsync(
            Law.ArraysOf(
                from key in Gen.Choose(0, (3 * Keys.Length) - 1)
                from value in Gen.Choose(0, Values.Length - 1)
                select (key, value),
                upTo: 5),
            chosen =>
            {
                // The first keys are those of most spans.
                var items = chosen.Select((c, i) => $$"""{"key":{{(c.key < Keys.Length ? Keys[c.key] : $"\"k{i}\"")}},"value":{{Values[c.value]}}}""");
                var span = JsonElement.Parse($$"""{"attributes":[{{string.Join(',', items)}}]}""");
                var expected = SpanEvents.NormalizedAttributesOf(span);
                if (PlainAttributes.Find(span.GetProperty("attributes")) is { } found)
                {
                    plain++;
                    JsonEquality.Instance.Equals(found, expected).ShouldBeTrue($"{span}\n{found}\n{expected}");
                    found.EnumerateObject().Select(member => member.Name).ShouldBe(expected.EnumerateObject().Select(member => member.Name));
                }
                else
                {
                    other++;
                }

                return Task.CompletedTask;
            },
            times: 2_000);

        plain.ShouldBeGreaterThan(100);
        other.ShouldBeGreaterThan(100);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""[{"key":"a"}]""")]
    [InlineData("""[{"value":{"stringValue":"x"}}]""")]
    [InlineData("""[{"key":"a","value":{"stringValue":"x"}},{"key":"a","value":{"stringValue":"y"}}]""")]
    public void Find_WhatIsNoPlainList_IsLeftToTheLongWay(string attributes) => PlainAttributes.Find(JsonElement.Parse(attributes)).ShouldBeNull();
}
