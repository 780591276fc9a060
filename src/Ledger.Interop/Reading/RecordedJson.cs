using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ledger.Json;

namespace Ledger.Interop.Reading;

/// <summary>Reads the members of a recording, any of which may be absent or of another type, in a form that the log can store.</summary>
internal static partial class RecordedJson
{
    // Below the depth of a payload, which has a few levels around what was recorded.
    private const int MaxDepth = 400;

    // Of more members, it is not worth while to look for two of one name.
    private const int MostMembers = 32;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 1024 };

    /// <summary>A member of an object, or undefined.</summary>
    public static JsonElement Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;

    /// <summary>A text member, or null. Characters that the log cannot store, U+0000 and lone surrogates, become U+FFFD.</summary>
    public static string? Text(this JsonElement json, string name) => TextOf(json.Member(name));

    /// <summary>The items of a member that is an array.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>A message's text: its content, or the text parts of it.</summary>
    public static string? Content(this JsonElement message) => message.Member("content") is { ValueKind: JsonValueKind.Array } parts
        ? string.Join('\n', parts.EnumerateArray().Select(p => p.Text("text")).OfType<string>())
        : message.Text("content");

    /// <summary>Whether a value exists and is not empty.</summary>
    public static bool SaysSomething(JsonNode? value) => value switch
    {
        null => false,
        JsonArray array => array.Count > 0,
        JsonObject members => members.Count > 0,
        _ => value.GetValueKind() != JsonValueKind.String || value.GetValue<string>().Length > 0,
    };

    /// <summary>Whether a value exists and is not empty.</summary>
    public static bool SaysSomething(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => false,
        JsonValueKind.String => !value.ValueEquals(""u8),
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => true,
    };

    /// <summary>A member name, with characters that the log cannot store replaced.</summary>
    public static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    /// <summary>A value with characters that the log cannot store replaced; see <see cref="Text"/>.</summary>
    public static JsonElement Cleaned(this JsonElement json) => IsClean(json, 0) ? json : ToElement(json.ToNode());

    /// <summary>A cleaned value to build others from: as <see cref="Text"/>, and numbers and levels that the log cannot store become text.</summary>
    public static JsonNode? ToNode(this JsonElement json) => ToNode(json, 0);

    /// <summary>JSON in a text, or the text where it is none: models write arguments as text.</summary>
    public static JsonElement Parsed(string text)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), ReaderOptions);
            var parsed = JsonElement.ParseValue(ref reader);
            if (parsed.ValueKind is JsonValueKind.Object or JsonValueKind.Array && !reader.Read())
            {
                return parsed.Cleaned();
            }
        }
        catch (JsonException)
        {
            // Text of another form.
        }

        return JsonText.ToElement(text);
    }

    /// <summary>Adds an item as a node; the list's own method takes any object, which ahead-of-time compilation cannot serialize.</summary>
    public static void AddNode(this JsonArray array, JsonNode? item) => array.Add(item);

    /// <summary>The JSON as it is spelled, or null.</summary>
    public static string? GetRawTextOrNull(this JsonElement json) => json.ValueKind == JsonValueKind.Undefined ? null : json.GetRawText();

    /// <summary>A node as an element; null stays null.</summary>
    public static JsonElement ToElement(JsonNode? node) => EventJson.ToElement(writer =>
    {
        if (node is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            node.WriteTo(writer);
        }
    });

    /// <summary>Whether a text of valid JSON has no character that the log cannot store: such a one is an escape of U+0000 or of a surrogate, perhaps of half a pair.</summary>
    public static bool IsStorable(ReadOnlySpan<byte> text)
    {
        for (int at; (at = text.IndexOf((byte)'\\')) >= 0; text = text[(at + 2)..])
        {
            if (text[at + 1] == (byte)'u' && (text[at + 2] is (byte)'d' or (byte)'D' || text.Slice(at + 2, 4).SequenceEqual("0000"u8)))
            {
                return false;
            }
        }

        return true;
    }

    // Most values are; to know it costs less than to make another one.
    private static bool IsClean(JsonElement json, int depth)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var before = 0;
                foreach (var member in json.EnumerateObject())
                {
                    var name = JsonMarshal.GetRawUtf8PropertyName(member);
                    if (depth == MaxDepth || before == MostMembers || name.Contains((byte)'\\') || IsAmong(name, json, before++) || !IsClean(member.Value, depth + 1))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                {
                    if (depth == MaxDepth || !IsClean(item, depth + 1))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.String:
                return IsStorable(JsonMarshal.GetRawUtf8Value(json));
            case JsonValueKind.Number:
                return NumericRange.FaultOf(JsonMarshal.GetRawUtf8Value(json), out _) is null;
            default:
                return json.ValueKind != JsonValueKind.Undefined;
        }
    }

    private static bool IsAmong(ReadOnlySpan<byte> name, JsonElement json, int count)
    {
        foreach (var member in json.EnumerateObject())
        {
            if (count-- == 0)
            {
                break;
            }

            if (JsonMarshal.GetRawUtf8PropertyName(member).SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    private static JsonNode? ToNode(JsonElement json, int depth)
    {
        if (depth == MaxDepth && json.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            return JsonValue.Create(StorableText.Of(json.GetRawText()));
        }

        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var node = new JsonObject();
                foreach (var member in json.EnumerateObject())
                {
                    node[NameOf(member).Replace('\0', '\uFFFD')] = ToNode(member.Value, depth + 1);
                }

                return node;
            case JsonValueKind.Array:
                return new JsonArray([.. json.EnumerateArray().Select(item => ToNode(item, depth + 1))]);
            case JsonValueKind.String:
                return JsonValue.Create(TextOf(json));
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return null;
            case JsonValueKind.Number when NumericRange.FaultOf(JsonMarshal.GetRawUtf8Value(json), out _) is not null:
                return JsonValue.Create(json.GetRawText());
            default:
                return JsonValue.Create(json);
        }
    }

    /// <summary>The text of a value, or null.</summary>
    public static string? TextOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return value.GetString()!.Replace('\0', '\uFFFD');
        }
        catch (InvalidOperationException)
        {
            var whole = SurrogateEscape().Replace(value.GetRawText(), m => m.Groups["pair"].Success ? m.Value : "\\ufffd");
            return JsonElement.Parse(whole).GetString()!.Replace('\0', '\uFFFD');
        }
    }

    // An escaped backslash is matched first, so that the text after it is not read as an escape.
    [GeneratedRegex(@"(?<pair>\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")]
    private static partial Regex SurrogateEscape();
}
