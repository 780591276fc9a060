using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.Json;
using Ledger.Log;

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
    /// <exception cref="ArgumentException">It is set to JSON that is not an object, or that no event can hold (<see cref="PayloadRules"/>).</exception>
    public JsonElement Contains
    {
        get => _contains;
        init => _contains = value.ValueKind is JsonValueKind.Object or JsonValueKind.Undefined
            ? Kept(value)
            : throw new ArgumentException($"Properties contain members of a JSON object; this is JSON of the kind {value.ValueKind}.", nameof(value));
    }

    /// <summary>The id behind which they begin, in the order of code points: default null, at the first. The last of a page begins the next.</summary>
    public string? After { get; init; }

    /// <summary>Whether an object is wanted.</summary>
    public bool Wants(WorldObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return (Type is null || item.Type == Type)
            && (After is null || CodePointComparer.Instance.Compare(item.Id, After) > 0)
            && (Contains.ValueKind == JsonValueKind.Undefined || JsonContainment.Contains(item.Data.Members, Contains));
    }

    private static JsonElement Kept(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && PayloadCheck.FaultOf(JsonMarshal.GetRawUtf8Value(value)) is { } fault
            ? throw new ArgumentException(fault.Sentence("What properties contain"), nameof(value))
            : value;
}
