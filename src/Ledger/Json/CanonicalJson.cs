using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Ledger.Json;

/// <summary>Writes canonical JSON: two texts are equal exactly when their values are equal by <see cref="JsonEquality"/>.</summary>
/// <remarks>
/// UTF-8 without whitespace; keys sorted by code point, each once with its last value; text escaped only where JSON requires it, with the
/// short escapes and lower-case digits; numbers as in ECMAScript, but with all their digits: plain from 1e-6 to below 1e21,
/// else as <c>1.5e+300</c>, never with redundant zeros. It is meant for hashes, so its spelling never changes.
/// </remarks>
public static class CanonicalJson
{
    /// <summary>The canonical text as UTF-8.</summary>
    /// <exception cref="ArgumentException">The element is undefined.</exception>
    public static byte[] ToBytes(JsonElement json)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output, json);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The canonical text of an object that has only these of the element's members, as UTF-8.</summary>
    internal static byte[] ToBytes(JsonElement json, IReadOnlyCollection<string> members)
    {
        var output = new ArrayBufferWriter<byte>();
        WriteMembers(output, JsonEquality.MembersOf(json).Where(m => members.Contains(m.Key)));
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The canonical text.</summary>
    /// <exception cref="ArgumentException">The element is undefined.</exception>
    public static string ToText(JsonElement json)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output, json);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Writes the canonical text as UTF-8.</summary>
    /// <exception cref="ArgumentException">The element is undefined.</exception>
    public static void Write(IBufferWriter<byte> output, JsonElement json)
    {
        ArgumentNullException.ThrowIfNull(output);
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                WriteMembers(output, JsonEquality.MembersOf(json));
                break;
            case JsonValueKind.Array:
                WriteArray(output, json);
                break;
            case JsonValueKind.String:
                WriteText(output, json.GetString()!);
                break;
            case JsonValueKind.Number:
                WriteNumber(output, JsonNumber.Parse(JsonMarshal.GetRawUtf8Value(json)));
                break;
            case JsonValueKind.True:
                output.Write("true"u8);
                break;
            case JsonValueKind.False:
                output.Write("false"u8);
                break;
            case JsonValueKind.Null:
                output.Write("null"u8);
                break;
            default:
                throw new ArgumentException("An undefined element has no JSON text.", nameof(json));
        }
    }

    private static void WriteMembers(IBufferWriter<byte> output, IEnumerable<KeyValuePair<string, JsonElement>> members)
    {
        output.Write("{"u8);
        var isFirst = true;
        foreach (var (key, value) in members.OrderBy(m => m.Key, CodePointComparer.Instance))
        {
            output.Write(isFirst ? default : ","u8);
            isFirst = false;
            WriteText(output, key);
            output.Write(":"u8);
            Write(output, value);
        }

        output.Write("}"u8);
    }

    private static void WriteArray(IBufferWriter<byte> output, JsonElement json)
    {
        output.Write("["u8);
        var isFirst = true;
        foreach (var item in json.EnumerateArray())
        {
            output.Write(isFirst ? default : ","u8);
            isFirst = false;
            Write(output, item);
        }

        output.Write("]"u8);
    }

    private static void WriteText(IBufferWriter<byte> output, string text)
    {
        Span<byte> escape = stackalloc byte[6];
        var utf8 = Encoding.UTF8.GetBytes(text);
        output.Write("\""u8);
        var rest = utf8.AsSpan();
        while (PlainJsonEncoder.Instance.FindFirstCharacterToEncodeUtf8(rest) is var plain and >= 0)
        {
            output.Write(rest[..plain]);
            output.Write(escape[..PlainJsonEncoder.Escape(rest[plain], escape)]);
            rest = rest[(plain + 1)..];
        }

        output.Write(rest);
        output.Write("\""u8);
    }

    private static void WriteNumber(IBufferWriter<byte> output, JsonNumber number)
    {
        if (number.Count == 0)
        {
            output.Write("0"u8);
            return;
        }

        output.Write(number.IsNegative ? "-"u8 : default);

        // The place of the decimal point, counted from the first digit.
        var point = number.Exponent + number.Count;
        if (point > -6 && point <= 21)
        {
            WritePlain(output, number, (int)point);
            return;
        }

        WriteDigits(output, number, 0, 1);
        if (number.Count > 1)
        {
            output.Write("."u8);
            WriteDigits(output, number, 1, number.Count);
        }

        var exponent = point - BigInteger.One;
        output.Write(exponent.Sign > 0 ? "e+"u8 : "e"u8);
        output.Write(Encoding.ASCII.GetBytes(exponent.ToString(CultureInfo.InvariantCulture)));
    }

    private static void WritePlain(IBufferWriter<byte> output, JsonNumber number, int point)
    {
        if (point <= 0)
        {
            output.Write("0."u8);
            WriteZeros(output, -point);
            WriteDigits(output, number, 0, number.Count);
            return;
        }

        WriteDigits(output, number, 0, Math.Min(point, number.Count));
        WriteZeros(output, point - number.Count);
        if (point < number.Count)
        {
            output.Write("."u8);
            WriteDigits(output, number, point, number.Count);
        }
    }

    private static void WriteZeros(IBufferWriter<byte> output, int count)
    {
        for (var i = 0; i < count; i++)
        {
            output.Write("0"u8);
        }
    }

    private static void WriteDigits(IBufferWriter<byte> output, JsonNumber number, int from, int to)
    {
        var digits = output.GetSpan(to - from);
        for (var i = from; i < to; i++)
        {
            digits[i - from] = number[i];
        }

        output.Advance(to - from);
    }
}
