using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Ledger.Tests.Json;

/// <summary>Random JSON, with few enough different parts that equal values and equal keys occur.</summary>
internal static class JsonSamples
{
    private static readonly string[] Scalars =
    [
        "null", "true", "false", "0", "-0.0", "0e5", "1", "1.0", "10e-1", "-1", "1e400", "10e399", "1.50", "0.15e1", "1e-7", "123456789012345678901",
        "12345678901234567890.1", "\"\"", "\"a\"", "\"\\u0061\"", "\"1\"", "\"é\"", "\"\\u00e9\"", "\"🚀\"", "\"\\ud83d\\ude80\"", "\"\\n\"",
    ];

    private static readonly string[] Keys = ["\"a\"", "\"\\u0061\"", "\"b\"", "\"\"", "\"🚀\"", "\"\uffff\""];

    public static Arbitrary<JsonElement> Values => Gen.Sized(Value).Select(t => JsonElement.Parse(t)).ToArbitrary();

    public static Arbitrary<JsonElement> Objects => Object(6).Select(t => JsonElement.Parse(t)).ToArbitrary();

    private static Gen<string> Value(int size) => size <= 1
        ? Gen.Elements(Scalars)
        : Gen.OneOf(Gen.Elements(Scalars), Object(size), Gen.ListOf(Value(size / 4)).Select(v => $"[{string.Join(" , ", v.Take(4))}]"));

    private static Gen<string> Object(int size) =>
        from keys in Gen.ListOf(Gen.Elements(Keys))
        from values in Gen.ListOf(Value(size / 4), 4)
        select $"{{{string.Join(", ", keys.Zip(values, (k, v) => $"{k}: {v}"))}}}";
}
