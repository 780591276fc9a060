using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>The properties of an object or relation: a JSON object, read by key.</summary>
/// <remarks>
/// Immutable. Equal by value, as in <see cref="JsonEquality"/>; the order of the keys, which is the order in which they were first set, does
/// not matter. Safe for concurrent use.
/// </remarks>
public sealed class Properties : IReadOnlyDictionary<string, JsonElement>, IEquatable<Properties>
{
    private readonly OrderedDictionary<string, JsonElement> _members;

    // The dictionary must not change any more: the fold copies it before its next write.
    internal Properties(OrderedDictionary<string, JsonElement> members) => _members = members;

    /// <summary>No properties.</summary>
    public static Properties Empty { get; } = new(new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal));

    /// <inheritdoc/>
    public int Count => _members.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _members.Keys;

    /// <inheritdoc/>
    public IEnumerable<JsonElement> Values => _members.Values;

    internal OrderedDictionary<string, JsonElement> Members => _members;

    /// <inheritdoc/>
    public JsonElement this[string key] => _members[key];

    /// <summary>Creates properties from the members of a JSON object; if a key occurs twice, its last value counts.</summary>
    /// <exception cref="ArgumentException">The element is not an object.</exception>
    public static Properties Of(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new ArgumentException($"Properties are a JSON object; this is JSON of the kind {json.ValueKind}.", nameof(json));
        }

        return new Properties(JsonEquality.MembersOf(json));
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _members.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out JsonElement value) => _members.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, JsonElement>> GetEnumerator() => _members.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(Properties? other) =>
        other is not null && (ReferenceEquals(_members, other._members) || JsonEquality.MembersEqual(_members, other._members));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Properties);

    /// <inheritdoc/>
    public override int GetHashCode() => JsonEquality.HashOf(_members);

    /// <summary>Writes them as a JSON object.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        foreach (var (key, value) in _members)
        {
            writer.WritePropertyName(key);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    /// <summary>The properties as one JSON object.</summary>
    public JsonElement ToJsonElement() => EventJson.ToElement(WriteTo);

    /// <summary>The JSON text, compact.</summary>
    public override string ToString() => EventJson.ToText(WriteTo);
}
