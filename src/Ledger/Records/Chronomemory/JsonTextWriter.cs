using System.Buffers;
using System.Text;
using Ledger.Json;

namespace Ledger.Records.Chronomemory;

/// <summary>Writes JSON as Python's <c>json.dumps(…, ensure_ascii=False)</c> does, byte for byte.</summary>
internal static class JsonTextWriter
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);

    private const int MostKept = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _kept;

    // The package reads its log with str.splitlines, which ends a line at these characters too, even within a string.
    private static readonly SearchValues<char> EscapedInLine = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\', '\u0085', '\u2028', '\u2029']);

    /// <exception cref="LoneSurrogateException">A text contains half of a surrogate pair, which cannot be written as UTF-8.</exception>
    public static byte[] ToBytes(JsonValue value, JsonSpelling spelling)
    {
        // The text is copied, so that one buffer serves all. After a fault it is not kept.
        var output = _kept ?? new ArrayBufferWriter<byte>(2_048);
        _kept = null;
        Write(output, value, spelling);
        var text = output.WrittenSpan.ToArray();
        if (output.Capacity <= MostKept)
        {
            output.ResetWrittenCount();
            _kept = output;
        }

        return text;
    }

    /// <exception cref="LoneSurrogateException">A text contains half of a surrogate pair, which cannot be written as UTF-8.</exception>
    public static void Write(IBufferWriter<byte> output, JsonValue value, JsonSpelling spelling, int level = 0)
    {
        switch (value.Kind)
        {
            case JsonKind.Members:
                WriteMembers(output, value, spelling, level);
                break;
            case JsonKind.List:
                WriteList(output, value, spelling, level);
                break;
            case JsonKind.Text:
                WriteText(output, value.Text!, spelling);
                break;
            case JsonKind.Number:
                Encoding.ASCII.GetBytes(value.Number.ToString(), output);
                break;
            case JsonKind.True:
                output.Write("true"u8);
                break;
            case JsonKind.False:
                output.Write("false"u8);
                break;
            default:
                output.Write("null"u8);
                break;
        }
    }

    private static void WriteMembers(IBufferWriter<byte> output, JsonValue value, JsonSpelling spelling, int level)
    {
        if (value.Members.Count == 0)
        {
            output.Write("{}"u8);
            return;
        }

        KeyValuePair<string, JsonValue>[] members = [.. value.Members];
        if (spelling == JsonSpelling.Hashed)
        {
            Array.Sort(members, static (one, other) => CodePointComparer.Instance.Compare(one.Key, other.Key));
        }

        output.Write("{"u8);
        for (var i = 0; i < members.Length; i++)
        {
            var (name, member) = members[i];
            Separate(output, spelling, level + 1, i == 0);
            WriteText(output, name, spelling);
            output.Write(": "u8);
            Write(output, member, spelling, level + 1);
        }

        End(output, spelling, level);
        output.Write("}"u8);
    }

    private static void WriteList(IBufferWriter<byte> output, JsonValue value, JsonSpelling spelling, int level)
    {
        if (value.Items.Count == 0)
        {
            output.Write("[]"u8);
            return;
        }

        output.Write("["u8);
        for (var i = 0; i < value.Items.Count; i++)
        {
            Separate(output, spelling, level + 1, i == 0);
            Write(output, value.Items[i], spelling, level + 1);
        }

        End(output, spelling, level);
        output.Write("]"u8);
    }

    private static void Separate(IBufferWriter<byte> output, JsonSpelling spelling, int level, bool isFirst)
    {
        if (spelling != JsonSpelling.Indented)
        {
            output.Write(isFirst ? default : ", "u8);
            return;
        }

        output.Write(isFirst ? default : ","u8);
        End(output, spelling, level);
    }

    private static void End(IBufferWriter<byte> output, JsonSpelling spelling, int level)
    {
        if (spelling == JsonSpelling.Indented)
        {
            var width = 1 + (2 * level);
            var line = output.GetSpan(width)[..width];
            line.Fill((byte)' ');
            line[0] = (byte)'\n';
            output.Advance(width);
        }
    }

    private static void WriteText(IBufferWriter<byte> output, string text, JsonSpelling spelling)
    {
        var escaped = spelling == JsonSpelling.Line ? EscapedInLine : Escaped;
        output.Write("\""u8);
        var rest = text.AsSpan();
        while (rest.IndexOfAny(escaped) is var plain and >= 0)
        {
            WritePlain(output, rest[..plain]);
            WriteEscape(output, rest[plain]);
            rest = rest[(plain + 1)..];
        }

        WritePlain(output, rest);
        output.Write("\""u8);
    }

    private static void WritePlain(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        if (System.Text.Unicode.Utf8.FromUtf16(text, span, out _, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            throw new LoneSurrogateException();
        }

        output.Advance(written);
    }

    private static void WriteEscape(IBufferWriter<byte> output, char c)
    {
        Span<byte> escape = stackalloc byte[6];
        if (c < 0x80)
        {
            output.Write(escape[..PlainJsonEncoder.Escape((byte)c, escape)]);
            return;
        }

        output.Write(c == '\u0085' ? "\\u0085"u8 : c == '\u2028' ? "\\u2028"u8 : "\\u2029"u8);
    }
}
