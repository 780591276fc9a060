using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Json;

/// <summary>Converts times to ISO 8601 in UTC; reads any zone, and Unix milliseconds too.</summary>
internal sealed class IsoTimeConverter : JsonConverter<DateTimeOffset>
{
    private const string Rule = "A time is ISO 8601 with a zone, such as 2026-11-29T09:30:00Z.";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return reader.TryGetInt64(out var milliseconds) && milliseconds is >= UnixMillisecondsConverter.Least and <= UnixMillisecondsConverter.Most
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : throw new JsonException(Rule);
        }

        return reader.TokenType == JsonTokenType.String && TryParse(reader.GetString()!, out var time) ? time : throw new JsonException(Rule);
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));

    // Without a zone the time would be that of the machine, which the writer does not know.
    private static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        var zone = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        return zone && text.Length > 10 && text[4] == '-' && text[7] == '-' && text[10] == 'T'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time);
    }

    /// <summary>The same for a time that may be null.</summary>
    internal sealed class OrNull : JsonConverter<DateTimeOffset?>
    {
        private static readonly IsoTimeConverter Present = new();

        public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? null : Present.Read(ref reader, typeof(DateTimeOffset), options);

        public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options)
        {
            if (value is { } time)
            {
                Present.Write(writer, time, options);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
