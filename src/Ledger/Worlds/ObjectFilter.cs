using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>A filter on the objects of a world; the default matches all.</summary>
/// <remarks>Immutable and safe for concurrent use. All conditions that are set must hold.</remarks>
public sealed record ObjectFilter
{
    private readonly JsonElement _contains;

    /// <summary>The required type. Default: null, which matches any.</summary>
    public string? Type { get; init; }

    /// <summary>A JSON object that the properties must contain, like PostgreSQL's <c>@&gt;</c>. Default: undefined, no condition.</summary>
    /// <remarks>
    /// Nested objects and arrays must contain the given members and items, and may have more; the order of items does not matter. Numbers are
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

    /// <summary>The id to start after, in code-point order. Default: null, from the first. Use the last id of a page for the next one.</summary>
    public string? After { get; init; }

    /// <summary>Whether an object matches.</summary>
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
