using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ledger.Explorer.Rerunning;

/// <summary>Data as a person edits it: indented, unless that takes much, with characters instead of escapes.</summary>
internal static class JsonForEditing
{
    // Deep data would grow with its depth: what takes more stays in one line.
    private const long MostIndent = 1024 * 1024;

    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 1_024,
    };

    public static string Of(RecordedEvent recorded)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options with { Indented = IndentOf(recorded.Json.Span) <= MostIndent }))
        {
            recorded.ToJsonElement().WriteTo(writer);
        }

        var text = new StringBuilder(buffer.WrittenCount);
        foreach (var character in Encoding.UTF8.GetString(buffer.WrittenSpan))
        {
            // What changes the order of letters, or has no width, is only within texts, where an escape is the same.
            _ = IsUnseen(character) ? text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}") : text.Append(character);
        }

        return text.ToString();
    }

    // The bytes of line breaks and spaces, of which each value and each end of an object or array has its own.
    private static long IndentOf(ReadOnlySpan<byte> json)
    {
        var indent = 0L;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Options.MaxDepth });
        while (reader.Read())
        {
            indent += reader.TokenType == JsonTokenType.PropertyName ? 0 : 1 + (2L * reader.CurrentDepth);
        }

        return indent;
    }

    private static bool IsUnseen(char c) => c is >= '\u200B' and <= '\u200F' or >= '\u2028' and <= '\u202E' or >= '\u2060' and <= '\u2069' or '\u061C' or '\uFEFF';
}
