using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Json;

/// <summary>Converts times to Unix milliseconds, the JSON form of the times of tasks, calls and messages.</summary>
/// <remarks>Public so that JSON contexts generated in an application can use it for types with such members.</remarks>
public sealed class UnixMillisecondsConverter : JsonConverter<DateTimeOffset>
{
    /// <summary>The first millisecond of the year 1.</summary>
    internal const long Least = -62_135_596_800_000;

    /// <summary>The last millisecond of the year 9999.</summary>
    internal const long Most = 253_402_300_799_999;

    /// <summary>A time in UTC, truncated to milliseconds.</summary>
    internal static DateTimeOffset Truncate(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var milliseconds) && milliseconds is >= Least and <= Most
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw new JsonException("A time is an integer, the milliseconds since 1970-01-01 UTC.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeMilliseconds());
}
