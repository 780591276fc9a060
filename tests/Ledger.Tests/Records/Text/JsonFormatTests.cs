using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Conformance;
using Ledger.Conformance.Laws;
using Ledger.Conformance.Records;
using Ledger.Json;
using Ledger.Records;
using Ledger.Records.Chronomemory;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Records.Text;

public sealed class JsonFormatTests
{
    private static readonly Gen<double> Doubles = Gen.OneOf(
        Gen.Choose(int.MinValue, int.MaxValue).SelectMany(h => Gen.Choose(int.MinValue, int.MaxValue)
            .Select(l => BitConverter.Int64BitsToDouble(((long)h << 32) | (uint)l))),
        Gen.Choose(-2_000_000, 2_000_000).SelectMany(n => Gen.Choose(0, 24).Select(e => n / Math.Pow(10, e))),
        Gen.Choose(-40, 40).Select(e => Math.Pow(10, e)));

    private static readonly Gen<string> Texts = Gen.ArrayOf(
        Gen.OneOf(Gen.Choose(0, 0x17f), Gen.Elements(0x2028, 0x2029, 0xd7ff, 0xe000, 0xffff, 0x1f600, 0x10ffff)))
        .Select(points => string.Concat(points.Select(char.ConvertFromUtf32)));

    private static JsonValue Numbers => Load("numbers.json");

    private static JsonValue Strings => Load("strings.json");

    [Fact]
    public void Float_Vector_IsSpelledAsPythonDoes()
    {
        foreach (var number in Numbers.Find("floats")!.Items)
        {
            var value = BitConverter.UInt64BitsToDouble(ulong.Parse(number.Find("bits")!.Text!, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            new ChronoNumber(value).ToString().ShouldBe(number.Find("text")!.Text);
        }
    }

    [Fact]
    public void Integer_Vector_IsSpelledAsPythonDoes()
    {
        foreach (var number in Numbers.Find("ints")!.Items)
        {
            Reread(number.Text!).ShouldBe(number.Text);
            new ChronoNumber(System.Numerics.BigInteger.Parse(number.Text!, CultureInfo.InvariantCulture)).ToString().ShouldBe(number.Text);
        }
    }

    [Fact]
    public void Number_ReadAndWritten_IsAsInTheVector()
    {
        foreach (var number in Numbers.Find("reread")!.Items)
        {
            Reread(number.Find("read")!.Text!).ShouldBe(number.Find("written")!.Text);
        }
    }

    [Fact]
    public void Text_Vector_IsEscapedAsPythonDoes()
    {
        foreach (var one in Strings.Find("chars")!.Items)
        {
            var text = char.ConvertFromUtf32((int)ChronoVector.IntegerOf(one.Find("cp"))!.Value);
            Written(JsonValue.Of(text), JsonSpelling.Hashed).ShouldBe(one.Find("text")!.Text);
        }
    }

    [Fact]
    public void Keys_Vector_AreInItsOrder()
    {
        foreach (var set in Strings.Find("key_sets")!.Items)
        {
            var members = new OrderedDictionary<string, JsonValue>();
            foreach (var key in ChronoVector.TextsOf(set.Find("keys")!))
            {
                members.Add(key, JsonValue.Of((long)members.Count));
            }

            Written(JsonValue.Of(members), JsonSpelling.Hashed).ShouldBe(set.Find("written")!.Text);
            members.Keys.Order(CodePointComparer.Instance).ShouldBe(ChronoVector.TextsOf(set.Find("order")!));
        }
    }

    [Fact]
    public void Float_AnyDouble_ReadsBackTheSameBits() =>
        Law.Holds(
            Arb.From(Doubles),
            value =>
            {
                var text = new ChronoNumber(value).ToString();
                Reread(text).ShouldBe(text);
                if (double.IsFinite(value))
                {
                    BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)).ShouldBe(BitConverter.DoubleToInt64Bits(value));
                    text.ShouldMatch(@"\A-?([0-9]+\.[0-9]+|[0-9](\.[0-9]+)?e[+-][0-9]{2,3})\z");
                }
            },
            Scale.Of(3_000, 300_000));

    [Theory]
    [InlineData(JsonSpelling.Hashed)]
    [InlineData(JsonSpelling.Line)]
    [InlineData(JsonSpelling.Indented)]
    internal void Value_Any_ReadsBackAndIsWrittenTheSameAgain(JsonSpelling spelling) =>
        Law.Holds(
            Arb.From(Gen.ArrayOf(Texts)),
            texts =>
            {
                var members = new OrderedDictionary<string, JsonValue>();
                foreach (var text in texts)
                {
                    members[text] = JsonValue.Of([.. texts.Select(JsonValue.Of), JsonValue.Of(1L), JsonValue.True]);
                }

                var value = JsonValue.Of(members);
                var written = Written(value, spelling);
                var read = JsonTextReader.Read(Encoding.UTF8.GetBytes(written));
                read.IsSameAs(value).ShouldBeTrue();
                Written(read, spelling).ShouldBe(written);
                if (spelling == JsonSpelling.Hashed)
                {
                    read.Members.Keys.ShouldBe(members.Keys.Order(CodePointComparer.Instance));
                }
            },
            Scale.Of(200, 5_000));

    [Fact]
    public void Line_CharacterThatSplitsLines_IsEscaped() =>
        Written(JsonValue.Of("a\u0085b\u2028c\u2029"), JsonSpelling.Line).ShouldBe("\"a\\u0085b\\u2028c\\u2029\"");

    [Fact]
    public void Text_HalfOfASurrogatePair_IsReadAndHasNoBytes()
    {
        var value = JsonTextReader.Read("\"a\\ud800b\""u8);
        value.Text.ShouldBe("a\ud800b");
        Should.Throw<LoneSurrogateException>(() => JsonTextWriter.ToBytes(value, JsonSpelling.Hashed));
    }

    [Theory]
    [InlineData("", "malformed JSON at byte 1: a value is expected.")]
    [InlineData("{\"a\": 1,}", "malformed JSON at byte 9: a name in quotes is expected.")]
    [InlineData("{\"a\" 1}", "malformed JSON at byte 6: ':' is expected.")]
    [InlineData("[1 2]", "malformed JSON at byte 4: ',' or ']' is expected.")]
    [InlineData("[1", "malformed JSON at byte 3: ',' or ']' is expected.")]
    [InlineData("01", "malformed JSON at byte 2: there is more text after the value.")]
    [InlineData("1.", "malformed JSON at byte 3: a digit is expected.")]
    [InlineData("-", "malformed JSON at byte 2: a digit is expected.")]
    [InlineData("\"a", "malformed JSON at byte 3: the text does not end.")]
    [InlineData("\"\t\"", "malformed JSON at byte 2: a control character must be escaped.")]
    [InlineData("\"\\x\"", "malformed JSON at byte 4: no such escape.")]
    [InlineData("\"\\u12 4\"", "malformed JSON at byte 4: four hexadecimal digits are expected.")]
    [InlineData("nul", "malformed JSON at byte 1: a value is expected.")]
    [InlineData("{} x", "malformed JSON at byte 4: there is more text after the value.")]
    public void Read_Malformed_SaysWhatAndWhere(string json, string message) =>
        Should.Throw<JsonTextException>(() => JsonTextReader.Read(Encoding.UTF8.GetBytes(json))).Message.ShouldBe(message);

    [Fact]
    public void Read_TooDeepOrTooLong_IsRefused()
    {
        Should.Throw<JsonTextException>(() => JsonTextReader.Read(Encoding.UTF8.GetBytes(new string('[', 600)))).Message.ShouldContain("512");
        Should.Throw<JsonTextException>(() => JsonTextReader.Read(Encoding.UTF8.GetBytes(new string('9', 4301)))).Message.ShouldContain("4300");
    }

    private static string Reread(string number) => Written(JsonTextReader.Read(Encoding.UTF8.GetBytes(number)), JsonSpelling.Hashed);

    private static string Written(JsonValue value, JsonSpelling spelling) => Encoding.UTF8.GetString(JsonTextWriter.ToBytes(value, spelling));

    private static JsonValue Load(string name) => JsonTextReader.Read(File.ReadAllBytes(Path.Combine(ChronoVector.Root, "json-format", name)));
}
