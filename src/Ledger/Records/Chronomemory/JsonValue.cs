using System.Runtime.InteropServices;
using System.Text.Json;

namespace Ledger.Records.Chronomemory;

/// <summary>A value in the chain's JSON, which unlike <see cref="JsonElement"/> can hold NaN, infinities and lone surrogates.</summary>
/// <remarks>
/// Immutable once built. Members keep the order in which their keys first occurred; if a key occurs twice, its last value counts.
/// </remarks>
internal sealed class JsonValue
{
    private static readonly OrderedDictionary<string, JsonValue> Nothing = [];

    private JsonValue(JsonKind kind) => Kind = kind;

    public static JsonValue Null { get; } = new(JsonKind.Null);

    public static JsonValue True { get; } = new(JsonKind.True);

    public static JsonValue False { get; } = new(JsonKind.False);

    public static JsonValue NoMembers { get; } = Of(Nothing);

    public JsonKind Kind { get; }

    public string? Text { get; private init; }

    public ChronoNumber Number { get; private init; }

    public IReadOnlyList<JsonValue> Items { get; private init; } = [];

    public OrderedDictionary<string, JsonValue> Members { get; private init; } = Nothing;

    public static JsonValue Of(string text) => new(JsonKind.Text) { Text = text };

    public static JsonValue Of(ChronoNumber number) => new(JsonKind.Number) { Number = number };

    public static JsonValue Of(IReadOnlyList<JsonValue> items) => new(JsonKind.List) { Items = items };

    public static JsonValue Of(OrderedDictionary<string, JsonValue> members) => new(JsonKind.Members) { Members = members };

    public static JsonValue Of(IEnumerable<string> items) => Of([.. items.Select(Of)]);

    /// <summary>Converts an element; an undefined one becomes an empty object.</summary>
    /// <exception cref="JsonTextException">It is nested too deeply, or an integer has too many digits.</exception>
    public static JsonValue Of(JsonElement json) =>
        json.ValueKind == JsonValueKind.Undefined
            ? NoMembers
            : JsonTextReader.Read(JsonMarshal.GetRawUtf8Value(json));

    /// <summary>The member with a name, or null.</summary>
    public JsonValue? Find(string name) => Members.GetValueOrDefault(name);

    /// <summary>Whether both have the same hashed form.</summary>
    public bool IsSameAs(JsonValue other) =>
        Kind == other.Kind
        && Text == other.Text
        && Number == other.Number
        && Items.Count == other.Items.Count
        && Members.Count == other.Members.Count
        && Items.Zip(other.Items).All(pair => pair.First.IsSameAs(pair.Second))
        && Members.All(member => other.Find(member.Key) is { } value && member.Value.IsSameAs(value));
}
