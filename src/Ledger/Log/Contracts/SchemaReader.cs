using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Json;

namespace Ledger.Log.Contracts;

/// <summary>Reads a JSON Schema with the keywords that contracts have; refuses one with others, which would be passed over silently.</summary>
internal sealed class SchemaReader
{
    // Deeper ones are no contracts, and would need more of the stack than a thread may have.
    private const int Deepest = 200;

    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(200);

    // They say something to people or to other programs, and allow or refuse nothing.
    private static readonly HashSet<string> Notes =
    [
        "$schema", "$id", "$comment", "$anchor", "$defs", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "contentEncoding", "contentMediaType",
    ];

    private readonly string _event;
    private readonly JsonElement _root;
    private readonly Dictionary<string, SchemaNode> _read = new(StringComparer.Ordinal);

    private int _depth;

    private SchemaReader(string name, JsonElement root) => (_event, _root) = (name, root);

    /// <summary>Reads the schema of an event.</summary>
    /// <exception cref="ContractFormatException">It is not a schema that can be checked.</exception>
    public static SchemaNode Read(string name, JsonElement schema)
    {
        var reader = new SchemaReader(name, schema);
        var node = reader.At("", schema);
        reader.CheckHeights();
        return node;
    }

    // A schema is read once, so that one that refers to itself ends.
    private SchemaNode At(string pointer, JsonElement schema)
    {
        if (_read.TryGetValue(pointer, out var known))
        {
            return known;
        }

        if (_depth > Deepest)
        {
            throw TooDeep(pointer);
        }

        var node = _read[pointer] = new SchemaNode { Source = schema };
        _depth++;
        Fill(node, pointer, schema);
        _depth--;
        return node;
    }

    private void Fill(SchemaNode node, string pointer, JsonElement schema)
    {
        switch (schema.ValueKind)
        {
            case JsonValueKind.True:
                break;
            case JsonValueKind.False:
                node.Types = JsonTypes.None;
                break;
            case JsonValueKind.Object:
                foreach (var member in schema.EnumerateObject())
                {
                    Take(node, JsonPointer.Append(pointer, member.Name), member.Name, member.Value);
                }

                // What is not anything is nothing.
                if (node.Not is { Source: var excluded } && (excluded.ValueKind == JsonValueKind.True || excluded is { ValueKind: JsonValueKind.Object } && !excluded.EnumerateObject().Any()))
                {
                    (node.Types, node.Not) = (JsonTypes.None, null);
                }

                break;
            default:
                throw Fault(pointer, "is not a schema: a schema is an object, true or false");
        }
    }

    private void Take(SchemaNode node, string pointer, string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "type":
                node.Types = TypesOf(pointer, value);
                break;
            case "properties" when value.ValueKind == JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    node.Properties[member.Name] = At(JsonPointer.Append(pointer, member.Name), member.Value);
                }

                break;
            case "required" when value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String):
                node.Required.UnionWith(value.EnumerateArray().Select(item => item.GetString()!));
                break;
            case "additionalProperties":
                node.Additional = At(pointer, value);
                break;
            case "items":
                node.Items = At(pointer, value);
                break;
            case "enum" when value.ValueKind == JsonValueKind.Array:
                node.Values = [.. value.EnumerateArray()];
                break;
            case "const":
                node.Values = [value];
                break;
            case "anyOf" when value.ValueKind == JsonValueKind.Array:
                node.AnyOf.AddRange(All(pointer, value));
                break;
            case "oneOf" when value.ValueKind == JsonValueKind.Array:
                node.OneOf.AddRange(All(pointer, value));
                break;
            case "allOf" when value.ValueKind == JsonValueKind.Array:
                node.AllOf.AddRange(All(pointer, value));
                break;
            case "not":
                node.Not = At(pointer, value);
                break;
            case "$ref" when value.ValueKind == JsonValueKind.String:
                node.AllOf.Add(Referred(pointer, value.GetString()!));
                break;
            case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "minLength" or "maxLength" or "minItems" or "maxItems"
                when value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var limit):
                node.Limits[keyword] = limit;
                break;
            case "pattern" when value.ValueKind == JsonValueKind.String:
                (node.PatternText, node.Pattern) = (value.GetString()!, PatternOf(pointer, value.GetString()!));
                break;
            case "format" when value.ValueKind == JsonValueKind.String:
                node.Format = value.GetString();
                break;
            case var _ when Notes.Contains(keyword) || keyword.StartsWith("x-", StringComparison.Ordinal):
                break;
            default:
                throw Fault(pointer, $"has a keyword or a value that is not checked here: {Short(value)}");
        }
    }

    private IEnumerable<SchemaNode> All(string pointer, JsonElement value) => value.EnumerateArray().Select((item, i) => At(JsonPointer.Append(pointer, i), item));

    private JsonTypes TypesOf(string pointer, JsonElement value)
    {
        var types = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToList() : [value];
        var read = JsonTypes.None;
        foreach (var type in types)
        {
            var one = type.ValueKind == JsonValueKind.String ? JsonTypeNames.Parse(type.GetString()) : JsonTypes.None;
            read |= one != JsonTypes.None ? one : throw Fault(pointer, $"is not a type: {Short(type)}");
        }

        return read;
    }

    private SchemaNode Referred(string pointer, string reference)
    {
        if (!reference.StartsWith('#'))
        {
            throw Fault(pointer, $"refers to another document: '{reference}'");
        }

        var (schema, at) = (_root, "");
        foreach (var step in Uri.UnescapeDataString(reference[1..]).Split('/').Skip(1))
        {
            var key = JsonPointer.Unescape(step);
            if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(key, out var inner))
            {
                (schema, at) = (inner, JsonPointer.Append(at, key));
            }
            else if (schema.ValueKind == JsonValueKind.Array && int.TryParse(key, out var index) && index >= 0 && index < schema.GetArrayLength())
            {
                (schema, at) = (schema[index], JsonPointer.Append(at, index));
            }
            else
            {
                throw Fault(pointer, $"refers to nothing: '{reference}'");
            }
        }

        return At(at, schema);
    }

    private void CheckHeights()
    {
        var heights = new Dictionary<SchemaNode, int>();
        foreach (var node in _read.Values)
        {
            HeightOf(node, heights, 0);
        }
    }

    // How many schemas one value is held to, one in the other; 0 while it is being counted.
    private int HeightOf(SchemaNode node, Dictionary<SchemaNode, int> heights, int above)
    {
        if (heights.TryGetValue(node, out var known))
        {
            return known > 0 ? known : throw Fault(PointerOf(node), "leads back to itself without a member or an item between, and says nothing");
        }

        heights[node] = 0;
        var height = above > Deepest ? int.MaxValue : 1 + node.Parts.Select(part => HeightOf(part, heights, above + 1)).DefaultIfEmpty(0).Max();
        return heights[node] = height <= Deepest ? height : throw TooDeep(PointerOf(node));
    }

    private string PointerOf(SchemaNode node) => _read.First(read => read.Value == node).Key;

    private ContractFormatException TooDeep(string pointer) => Fault(pointer, $"is in more than {Deepest.ToString(CultureInfo.InvariantCulture)} others");

    private Regex PatternOf(string pointer, string text)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant, LongestMatch);
        }
        catch (ArgumentException fault)
        {
            throw new ContractFormatException($"The schema of event '{_event}' has a pattern at '{pointer}' that cannot be read: {fault.Message}", fault);
        }
    }

    private static string Short(JsonElement value) => value.GetRawText() is { Length: > 60 } text ? $"{text.AsSpan(0, 60)}…" : value.GetRawText();

    private ContractFormatException Fault(string pointer, string what) => new($"The schema of event '{_event}' at '{pointer}' {what}.");
}
