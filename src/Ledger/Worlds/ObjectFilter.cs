using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>Which objects of a world are wanted; the default wants all.</summary>
/// <remarks>Immutable and safe for concurrent use. What is set must hold together.</remarks>
public sealed record ObjectFilter
{
    private readonly JsonElement _contains;

    /// <summary>The type that they must have: default null, any.</summary>
    public string? Type { get; init; }

    /// <summary>A JSON object that their properties must contain, as PostgreSQL's <c>@&gt;</c> says: default undefined, nothing.</summary>
    /// <remarks>
    /// Nested objects need the members that are named and may have more; arrays need the items that are named, in any order. Numbers are
    /// compared by value.
    /// </remarks>
    /// <exception cref="ArgumentException">It is set to JSON that is not an object.</exception>
    public JsonElement Contains
    {
        get => _contains;
        init => _contains = value.ValueKind is JsonValueKind.Object or JsonValueKind.Undefined
            ? value
            : throw new ArgumentException($"Properties contain members of a JSON object; this is JSON of the kind {value.ValueKind}.", nameof(value));
    }

    /// <summary>Whether an object is wanted.</summary>
    public bool Wants(WorldObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return (Type is null || item.Type == Type)
            && (Contains.ValueKind == JsonValueKind.Undefined || JsonContainment.Contains(item.Data.Members, Contains));
    }
}
