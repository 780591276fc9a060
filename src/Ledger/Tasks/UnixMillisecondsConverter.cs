using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Tasks;

/// <summary>A time as Unix milliseconds, the form that tasks, calls and messages have in JSON.</summary>
internal sealed class UnixMillisecondsConverter : JsonConverter<DateTimeOffset>
{
    /// <summary>The first millisecond of the year 1.</summary>
    public const long Least = -62_135_596_800_000;

    /// <summary>The last millisecond of the year 9999.</summary>
    public const long Most = 253_402_300_799_999;

    /// <summary>A time without what is finer than a millisecond, in UTC.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var milliseconds) && milliseconds is >= Least and <= Most
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw new JsonException("A time is an integer, the milliseconds since 1970-01-01 UTC.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeMilliseconds());
}
