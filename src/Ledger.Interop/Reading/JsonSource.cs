using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Ledger.Files;
using Ledger.Log;

namespace Ledger.Interop.Reading;

/// <summary>Parses the JSON of a recording; a fault has its line and column.</summary>
internal static class JsonSource
{
    private static readonly string[] Jargon = [", when isFinalBlock is true", " in this mode", " Change the reader options."];

    // Deeper than a payload may be, so that most of what is too deep for the log can be kept as text.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 1024 };

    /// <summary>Parses a whole file as one JSON document.</summary>
    /// <exception cref="EventFileException">It is not one.</exception>
    public static JsonElement ReadDocument(this RecordingSource source) => Parse(source.ReadAll(), 1, "entry", "entries");

    /// <summary>A recording that is in memory and one JSON document, read once; null for any other, such as lines.</summary>
    public static JsonDocument? FindDocument(this RecordingSource source)
    {
        if (source.InMemory is not { } utf8 || !Utf8.IsValid(utf8.Span))
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = Options.MaxDepth });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether a text is one JSON value, which costs less than to parse it.</summary>
    public static bool IsJson(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(utf8, Options);
            reader.Read();
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Parses a document, and says after how many whole items a fault is.</summary>
    /// <exception cref="EventFileException">It is not JSON.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> utf8, long firstLine, string item, string items)
    {
        Check(utf8, firstLine);
        try
        {
            var reader = new Utf8JsonReader(utf8, Options);
            var json = JsonElement.ParseValue(ref reader);

            // Fails where anything but space follows.
            reader.Read();
            return json;
        }
        catch (JsonException fault)
        {
            var whole = WholeItems(utf8);
            throw Fault(utf8, firstLine, fault, $"malformed JSON after {whole} whole {(whole == 1 ? item : items)}. ");
        }
    }

    /// <summary>The lines as JSON objects. A last line that was cut off in the middle is left out, and reported.</summary>
    /// <param name="source">The file.</param>
    /// <param name="cut">Called with the line and column of the end.</param>
    /// <exception cref="EventFileException">A line is not JSON.</exception>
    public static IEnumerable<JsonLine> ReadJsonLines(this RecordingSource source, Action<long, long>? cut = null)
    {
        foreach (var line in source.ReadLines())
        {
            var json = ParseLine(line, cut);
            if (json.ValueKind == JsonValueKind.Undefined)
            {
                yield break;
            }

            yield return new JsonLine(line.Number, json, line.Offset, line.Utf8.Length) { Space = Math.Max(0, line.Utf8.Span.IndexOfAnyExcept(" \t\r"u8)) };
        }
    }

    /// <summary>As <see cref="ReadJsonLines"/>, for lines that are objects.</summary>
    /// <exception cref="EventFileException">A line is something else.</exception>
    public static IEnumerable<JsonLine> ReadJsonObjects(this RecordingSource source, Action<long, long>? cut = null)
    {
        foreach (var line in source.ReadJsonLines(cut))
        {
            yield return line.Json.ValueKind == JsonValueKind.Object
                ? line
                : throw new EventFileException(line.Number, 1, $"an entry is an object, but this one is {Kind(line.Json)}.");
        }
    }

    private static string Kind(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static JsonElement ParseLine(SourceLine line, Action<long, long>? cut)
    {
        try
        {
            return ParseWhole(line);
        }
        catch (EventFileException fault) when (!line.IsComplete)
        {
            cut?.Invoke(fault.Line, fault.Column ?? 1);
            return default;
        }
    }

    private static JsonElement ParseWhole(SourceLine line)
    {
        Check(line.Utf8.Span, line.Number);
        try
        {
            var reader = new Utf8JsonReader(line.Utf8.Span, Options);
            var json = JsonElement.ParseValue(ref reader);
            reader.Read();
            return json;
        }
        catch (JsonException fault)
        {
            throw Fault(line.Utf8.Span, line.Number, fault, "malformed JSON. ");
        }
    }

    private static void Check(ReadOnlySpan<byte> utf8, long firstLine)
    {
        if (!Utf8.IsValid(utf8))
        {
            var before = utf8[..PayloadCheck.IndexOfInvalid(utf8)];
            throw new EventFileException(
                firstLine + before.Count((byte)'\n'),
                Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1,
                "the text is not valid UTF-8. Save the file as UTF-8 or UTF-16.");
        }
    }

    private static EventFileException Fault(ReadOnlySpan<byte> utf8, long firstLine, JsonException fault, string what)
    {
        var line = fault.LineNumber ?? 0;
        var reason = Jargon.Aggregate(fault.Message.Split(" LineNumber:", 2)[0], (text, phrase) => text.Replace(phrase, "", StringComparison.Ordinal));
        return new EventFileException(firstLine + line, Column(utf8, line, fault.BytePositionInLine ?? 0), what + reason, fault);
    }

    // The reader counts bytes; people count characters.
    private static int Column(ReadOnlySpan<byte> utf8, long line, long offset)
    {
        for (var i = 0L; i < line && utf8.Contains((byte)'\n'); i++)
        {
            utf8 = utf8[(utf8.IndexOf((byte)'\n') + 1)..];
        }

        return Encoding.UTF8.GetCharCount(utf8[..(int)Math.Min(offset, utf8.Length)]) + 1;
    }

    // The items of a list at the top, or of one in a member of the top, that end before the fault.
    private static int WholeItems(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, isFinalBlock: false, new JsonReaderState(Options));
        var (whole, depth, isList) = (0, 0, false);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.StartArray && (reader.CurrentDepth == 0 || (reader.CurrentDepth == 1 && depth != 1)))
                {
                    (isList, depth) = (true, reader.CurrentDepth + 1);
                    whole = 0;
                }
                else if (isList && reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth)
                {
                    whole++;
                }
            }
        }
        catch (JsonException)
        {
            return whole;
        }

        return whole;
    }
}
