using System.Text.Json;

namespace Ledger.Log.Contracts;

/// <summary>The types of JSON Schema.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Number = 8,
    String = 16,
    Array = 32,
    Object = 64,
    All = Null | Boolean | Integer | Number | String | Array | Object,
}

/// <summary>Names and compares types.</summary>
internal static class JsonTypeNames
{
    private static readonly (JsonTypes Type, string Name, string Noun)[] Names =
    [
        (JsonTypes.Object, "object", "an object"),
        (JsonTypes.Array, "array", "an array"),
        (JsonTypes.String, "string", "a string"),
        (JsonTypes.Number, "number", "a number"),
        (JsonTypes.Integer, "integer", "a whole number"),
        (JsonTypes.Boolean, "boolean", "true or false"),
        (JsonTypes.Null, "null", "null"),
    ];

    /// <summary>The type of a name; none for a word that is not one. A number may be whole.</summary>
    public static JsonTypes Parse(string? name) => Array.Find(Names, n => n.Name == name).Type is var type && type == JsonTypes.Number ? type | JsonTypes.Integer : type;

    /// <summary>The type of a value.</summary>
    public static JsonTypes Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonTypes.Object,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Number => IsWhole(value) ? JsonTypes.Integer : JsonTypes.Number,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        _ => JsonTypes.Null,
    };

    /// <summary>The types as a list of nouns: <c>a string or null</c>.</summary>
    public static string Describe(JsonTypes types)
    {
        var shown = types.HasFlag(JsonTypes.Number) ? types & ~JsonTypes.Integer : types;
        string[] nouns = [.. Names.Where(n => shown.HasFlag(n.Type)).Select(n => n.Noun)];
        return nouns.Length > 1 ? $"{string.Join(", ", nouns[..^1])} or {nouns[^1]}" : nouns.FirstOrDefault() ?? "nothing";
    }

    // 1.0 is whole, whatever its spelling.
    private static bool IsWhole(JsonElement value)
    {
        var raw = value.GetRawText();
        return !raw.AsSpan().ContainsAny('.', 'e', 'E')
            || (value.TryGetDecimal(out var exact) && Math.Abs(exact) < 1e27m ? exact == decimal.Truncate(exact) : value.TryGetDouble(out var near) && Math.Floor(near) == near);
    }
}
