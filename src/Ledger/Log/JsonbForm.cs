using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Log;

/// <summary>JSON as PostgreSQL's <c>jsonb</c> would return it, as far as a reader of the values can tell.</summary>
/// <remarks>
/// Of members with one name the last stays, and numbers lose their exponent
/// (https://www.postgresql.org/docs/current/datatype-json.html). The order of members and white space, which <c>jsonb</c>
/// changes too, are left as they are.
/// </remarks>
internal static class JsonbForm
{
    // The digits that a numeric can have before or after its point, with room to spare; more is refused earlier.
    private const int MaxExponent = 200_000;

    /// <summary>The same memory when there is nothing to change.</summary>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> json)
    {
        var element = EventJson.ParseElement(json);
        if (!IsToChange(element))
        {
            return json;
        }

        var buffer = new ArrayBufferWriter<byte>(json.Length);
        using (var writer = new Utf8JsonWriter(buffer, EventJson.WriterOptions))
        {
            Write(writer, element);
        }

        return buffer.WrittenMemory;
    }

    private static bool IsToChange(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var names = new HashSet<string>(StringComparer.Ordinal);
                return element.EnumerateObject().Any(m => !names.Add(m.Name) || IsToChange(m.Value));
            case JsonValueKind.Array:
                return element.EnumerateArray().Any(IsToChange);
            case JsonValueKind.Number:
                return element.GetRawText().AsSpan().ContainsAny('e', 'E', '-') && PlainNumber(element.GetRawText()) is not null;
            default:
                return false;
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var (name, value) in LastByName(element))
                {
                    writer.WritePropertyName(name);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Number when PlainNumber(element.GetRawText()) is { } number:
                writer.WriteRawValue(number, skipInputValidation: true);
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static Dictionary<string, JsonElement> LastByName(JsonElement element)
    {
        var last = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            last[member.Name] = member.Value;
        }

        return last;
    }

    /// <summary>The number as a numeric prints it, or null when it is printed as it stands.</summary>
    private static string? PlainNumber(string raw)
    {
        var mark = raw.AsSpan().IndexOfAny('e', 'E');
        var exponent = 0;
        if (mark >= 0 && (!int.TryParse(raw.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
            || Math.Abs(exponent) > MaxExponent))
        {
            return null;
        }

        var isNegative = raw[0] == '-';
        var mantissa = raw[(isNegative ? 1 : 0)..(mark >= 0 ? mark : raw.Length)];
        var isZero = mantissa.All(c => c is '0' or '.');
        if (mark < 0)
        {
            return isNegative && isZero ? mantissa : null;
        }

        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var whole = (point < 0 ? mantissa.Length : point) + exponent;
        var plain = new StringBuilder(isNegative && !isZero ? "-" : "");
        var left = digits[..Math.Clamp(whole, 0, digits.Length)].PadRight(Math.Max(whole, 0), '0').TrimStart('0');
        plain.Append(left.Length > 0 ? left : "0");
        if (whole < digits.Length)
        {
            plain.Append('.').Append('0', Math.Max(-whole, 0)).Append(digits.AsSpan(Math.Max(whole, 0)));
        }

        return plain.ToString();
    }
}
