using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.Interop.Reading;
using Ledger.Json;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>The attributes of nearly all spans as plain JSON: names of the conventions, each once, with values that need no cleaning.</summary>
/// <remarks>What it makes is what <see cref="OtlpValue.ToObject"/> and <see cref="FlatAttributes.Normalize"/> make, without a tree of nodes; a test compares them.</remarks>
internal static class PlainAttributes
{
    // Of more, each name is not compared with each other one.
    private const int MostNames = 64;

    /// <summary>Reads a list of keys and values; null for one that needs the longer way.</summary>
    public static JsonElement? Find(JsonElement keyValues)
    {
        if (keyValues.ValueKind != JsonValueKind.Array || keyValues.GetArrayLength() > MostNames || !ArePlain(keyValues))
        {
            return null;
        }

        return EventJson.ToElement(writer =>
        {
            writer.WriteStartObject();
            foreach (var item in keyValues.EnumerateArray())
            {
                writer.WritePropertyName(Text(item.GetProperty("key"u8)));
                Write(writer, item.GetProperty("value"u8));
            }

            writer.WriteEndObject();
        });
    }

    private static bool ArePlain(JsonElement keyValues)
    {
        var number = 0;
        foreach (var item in keyValues.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object
                || !item.TryGetProperty("key"u8, out var key)
                || !item.TryGetProperty("value"u8, out var value)
                || key.ValueKind != JsonValueKind.String
                || Text(key) is var name && (name.Contains((byte)'\\') || FlatAttributes.IsOfOtherNames(name) || IsAmong(name, keyValues, number++))
                || !IsPlain(value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsAmong(ReadOnlySpan<byte> name, JsonElement keyValues, int count)
    {
        foreach (var item in keyValues.EnumerateArray())
        {
            if (count-- == 0)
            {
                break;
            }

            if (Text(item.GetProperty("key"u8)).SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPlain(JsonElement value)
    {
        if (!IsOne(value, out var only))
        {
            return false;
        }

        return (only.Name, only.Value.ValueKind) switch
        {
            ("stringValue", JsonValueKind.String) => RecordedJson.IsStorable(JsonMarshal.GetRawUtf8Value(only.Value)),
            ("boolValue", JsonValueKind.True or JsonValueKind.False) => true,
            ("doubleValue" or "intValue", JsonValueKind.Number) => NumericRange.FaultOf(JsonMarshal.GetRawUtf8Value(only.Value), out _) is null,
            ("intValue", JsonValueKind.String) => Utf8Parser.TryParse(Text(only.Value), out long _, out var read) && read == Text(only.Value).Length,
            ("arrayValue", JsonValueKind.Object) => IsOne(only.Value, out var values) && values.NameEquals("values"u8) && values.Value.ValueKind == JsonValueKind.Array && values.Value.EnumerateArray().All(IsScalar),
            _ => false,
        };
    }

    // A list in a list is rare, and could be deep.
    private static bool IsScalar(JsonElement value) => IsOne(value, out var only) && !only.NameEquals("arrayValue"u8) && IsPlain(value);

    private static bool IsOne(JsonElement value, out JsonProperty only)
    {
        only = default;
        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() != 1)
        {
            return false;
        }

        foreach (var member in value.EnumerateObject())
        {
            only = member;
        }

        return !JsonMarshal.GetRawUtf8PropertyName(only).Contains((byte)'\\');
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        IsOne(value, out var only);
        if (only.NameEquals("arrayValue"u8))
        {
            writer.WriteStartArray();
            foreach (var item in only.Value.GetProperty("values"u8).EnumerateArray())
            {
                Write(writer, item);
            }

            writer.WriteEndArray();
        }
        else if (only.NameEquals("intValue"u8) && only.Value.ValueKind == JsonValueKind.String && Utf8Parser.TryParse(Text(only.Value), out long number, out _))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(only.Value), skipInputValidation: true);
        }
    }

    // Between the quotes.
    private static ReadOnlySpan<byte> Text(JsonElement text) => JsonMarshal.GetRawUtf8Value(text)[1..^1];
}
