using System.Buffers;
using System.Text;
using System.Text.Json;
using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Interop.LangGraph;
using Shouldly;
using Xunit;

namespace Ledger.Interop.Tests.LangGraph;

/// <summary>MessagePack as JSON: each code, the extension types of LangGraph's serializer, and whatever else the bytes may be.</summary>
public sealed class MsgpackJsonTests
{
    [Theory]
    [InlineData("00", "0")]
    [InlineData("7f", "127")]
    [InlineData("ff", "-1")]
    [InlineData("e0", "-32")]
    [InlineData("ccff", "255")]
    [InlineData("cdffff", "65535")]
    [InlineData("ceffffffff", "4294967295")]
    [InlineData("cfffffffffffffffff", "18446744073709551615")]
    [InlineData("d080", "-128")]
    [InlineData("d18000", "-32768")]
    [InlineData("d280000000", "-2147483648")]
    [InlineData("d38000000000000000", "-9223372036854775808")]
    [InlineData("ca3fc00000", "1.5")]
    [InlineData("cb3ff8000000000000", "1.5")]
    [InlineData("cb7ff0000000000000", "\"Infinity\"")]
    [InlineData("c0", "null")]
    [InlineData("c2", "false")]
    [InlineData("c3", "true")]
    [InlineData("a3616263", "\"abc\"")]
    [InlineData("d903616263", "\"abc\"")]
    [InlineData("da0003616263", "\"abc\"")]
    [InlineData("db00000003616263", "\"abc\"")]
    [InlineData("a1ff", "\"\\uFFFD\"")]
    [InlineData("c40200ff", "{\"$type\":\"bytes\",\"base64\":\"AP8=\"}")]
    [InlineData("c5000200ff", "{\"$type\":\"bytes\",\"base64\":\"AP8=\"}")]
    [InlineData("c60000000200ff", "{\"$type\":\"bytes\",\"base64\":\"AP8=\"}")]
    [InlineData("920102", "[1,2]")]
    [InlineData("dc00020102", "[1,2]")]
    [InlineData("dd000000020102", "[1,2]")]
    [InlineData("82a16101a16202", "{\"a\":1,\"b\":2}")]
    [InlineData("de0001a16101", "{\"a\":1}")]
    [InlineData("df00000001a16101", "{\"a\":1}")]
    [InlineData("8201a16192010203", "{\"1\":\"a\",\"[1,2]\":3}")]
    [InlineData("d40901", "{\"$type\":\"msgpack extension 9\",\"base64\":\"AQ==\"}")]
    [InlineData("d50791c3", "[true]")]    // The snapshot of a delta channel.
    [InlineData("c70c0293a16da14382a16101a16202", "{\"$type\":\"m.C\",\"a\":1,\"b\":2}")]
    [InlineData("c7080093a16da1439201 02", "[1,2]")]
    [InlineData("c7090694a23c6691029143c2", "{\"$type\":\"numpy.ndarray\",\"dtype\":\"\\u003Cf\",\"shape\":[2],\"order\":[67],\"data\":false}")]
    public void Write_EachCode_AsJson(string hex, string json) => JsonOf(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))).ShouldBe(json);

    [Theory]
    [InlineData("", "ends early, at byte 0")]
    [InlineData("a361", "ends early, at byte 2")]
    [InlineData("dfffffffff", "ends early, at byte 5")]
    [InlineData("ddffffffff", "ends early, at byte 5")]
    [InlineData("c6ffffffff", "ends early, at byte 5")]
    [InlineData("c1", "has the byte 0xc1, which MessagePack does not use, at 0")]
    [InlineData("0101", "has 1 bytes after the end of its value")]
    [InlineData("d40001", "has an object of Python that is no list of its parts")]
    [InlineData("8181810101c0c0", "has a key of keys that are not text")]
    [InlineData("d40090", "has an object of Python with 0 parts, which has a module, a class and its arguments")]
    public void Write_WrongBytes_Throws(string hex, string message) =>
        Should.Throw<InvalidDataException>(() => JsonOf(Convert.FromHexString(hex))).Message.ShouldBe(message);

    [Fact]
    public void Write_DeepNesting_Throws()
    {
        var deep = Enumerable.Repeat((byte)0x91, 100_000).Append((byte)0x01).ToArray();

        Should.Throw<InvalidDataException>(() => JsonOf(deep)).Message.ShouldBe("is nested deeper than 900 levels");
        JsonOf([.. Enumerable.Repeat((byte)0x91, 900), 1]).Length.ShouldBe(1801);
    }

    [Fact]
    public async Task Write_AnyBytes_JsonOrAFault() => await Law.HoldsAsync(
        Law.ArraysOf(from code in Gen.Choose(0, 255) from isNear in Gen.Choose(0, 2) select (byte)(isNear == 0 ? code : 0x80 + (code % 0x60)), upTo: 60),
        bytes =>
        {
            try
            {
                JsonElement.Parse(JsonOf(bytes), new JsonDocumentOptions { MaxDepth = 1024 });
            }
            catch (InvalidDataException fault)
            {
                fault.Message.ShouldNotBeEmpty();
            }

            return Task.CompletedTask;
        },
        times: 1_000);

    // In Python 1 and "1" are two keys, and an object may have a member '$type'.
    [Theory]
    [InlineData("8501 02 a131 03 a3317e32 04 c3 05 a474727565 06", 3, "{\"1\":2,\"1~2\":3,\"1~2~2\":4,\"true\":5,\"true~2\":6}")]
    [InlineData("c70d 02 93 a16d a143 81 a52474797065 01", 1, "{\"$type\":\"m.C\",\"$type~2\":1}")]
    public void Write_KeysOfOneName_AreKeptAndCounted(string hex, int count, string json)
    {
        var renamed = new RenamedMembers();

        JsonOf(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), renamed).ShouldBe(json);
        renamed.Count.ShouldBe(count);
    }

    private static string JsonOf(byte[] bytes) => JsonOf(bytes, new RenamedMembers());

    private static string JsonOf(byte[] bytes, RenamedMembers renamed)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            MsgpackJson.Write(bytes, writer, renamed);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
