using System.Text.Json;
using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Json;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Json;

public sealed class JsonEqualityTests
{
    [Theory]
    [InlineData("1", "1.0", true)]
    [InlineData("0.0", "-0.0", true)]
    [InlineData("0", "0e99999999999999999999", true)]
    [InlineData("1e400", "10e399", true)]
    [InlineData("1e400", "1e401", false)]
    [InlineData("1e99999999999999999999", "10e99999999999999999998", true)]
    [InlineData("1e99999999999999999999", "1e99999999999999999998", false)]
    [InlineData("100", "1E+2", true)]
    [InlineData("0.001", "1e-3", true)]
    [InlineData("12345678901234567890123", "12345678901234567890124", false)]
    [InlineData("1", "-1", false)]
    [InlineData("1", "true", false)]
    [InlineData("1", "\"1\"", false)]
    [InlineData("null", "0", false)]
    [InlineData("\"\\u0061\"", "\"a\"", true)]
    [InlineData("\"a\"", "\"A\"", false)]
    [InlineData("{\"a\":1,\"b\":{\"c\":1.0}}", "{\"b\":{\"c\":1},\"a\":1}", true)]
    [InlineData("{\"a\":1,\"a\":2}", "{\"a\":2}", true)]
    [InlineData("{\"a\":1,\"\\u0061\":2}", "{\"a\":2.0}", true)]
    [InlineData("{\"a\":null}", "{}", false)]
    [InlineData("{}", "[]", false)]
    [InlineData("[1,2]", "[2,1]", false)]
    [InlineData("[1,2]", "[1.0,2e0]", true)]
    public void Equals_Values_ByValue(string x, string y, bool expected)
    {
        var (a, b) = (JsonElement.Parse(x), JsonElement.Parse(y));

        JsonEquality.Instance.Equals(a, b).ShouldBe(expected);
        JsonEquality.Instance.Equals(b, a).ShouldBe(expected);
        (CanonicalJson.ToText(a) == CanonicalJson.ToText(b)).ShouldBe(expected);
        if (expected)
        {
            JsonEquality.Instance.GetHashCode(a).ShouldBe(JsonEquality.Instance.GetHashCode(b));
        }
    }

    [Fact]
    public void Equals_RandomValues_AgreesWithHashAndCanonicalText() =>
        Law.Holds(Prop.ForAll(JsonSamples.Values, JsonSamples.Values, (a, b) =>
        {
            var equal = JsonEquality.Instance.Equals(a, b);
            return equal == JsonEquality.Instance.Equals(b, a)
                && equal == (CanonicalJson.ToText(a) == CanonicalJson.ToText(b))
                && (!equal || JsonEquality.Instance.GetHashCode(a) == JsonEquality.Instance.GetHashCode(b));
        }));

    [Fact]
    public void ToText_RandomValue_IsTheSameValueAndItsOwnCanonicalText() =>
        Law.Holds(Prop.ForAll(JsonSamples.Values, value =>
        {
            var text = CanonicalJson.ToText(value);
            var again = JsonElement.Parse(text);
            return JsonEquality.Instance.Equals(value, again) && CanonicalJson.ToText(again) == text;
        }));

    [Theory]
    [InlineData("-0.0", "0")]
    [InlineData("1.50", "1.5")]
    [InlineData("-12.5e1", "-125")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("1e21", "1e+21")]
    [InlineData("123e30", "1.23e+32")]
    [InlineData("1e-6", "0.000001")]
    [InlineData("1.5e-7", "1.5e-7")]
    [InlineData("12345678901234567890.123", "12345678901234567890.123")]
    [InlineData("{\"b\": [1 , null], \"a\" : \"\\u00e9\\/\\u000a\\u001F\", \"b\": 2}", "{\"a\":\"é/\\n\\u001f\",\"b\":2}")]
    [InlineData("{\"\\ud83d\\ude80\":1,\"\\uffff\":2}", "{\"\uffff\":2,\"🚀\":1}")]
    public void ToText_Value_OneSpelling(string value, string expected) =>
        CanonicalJson.ToText(JsonElement.Parse(value)).ShouldBe(expected);

    [Fact]
    public void Compare_Text_ByCodePointAsUtf8Does()
    {
        string[] texts = ["", "a", "ab", "b", "B", "\ud7ff", "\ue000", "\uffff", "🚀", "🚀a", "\U0010ffff", "é"];

        texts.Order(CodePointComparer.Instance)
            .ShouldBe(texts.OrderBy(t => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(t)), StringComparer.Ordinal));
        CodePointComparer.Instance.Compare(null, "").ShouldBeLessThan(0);
    }
}
