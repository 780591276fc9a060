using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ledger.Log.Contracts;

/// <summary>A JSON Schema that was read: the keywords that contracts have.</summary>
internal sealed partial class SchemaNode
{
    /// <summary>The schema as it was written.</summary>
    public required JsonElement Source { get; init; }

    public JsonTypes Types { get; set; } = JsonTypes.All;

    public Dictionary<string, SchemaNode> Properties { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Required { get; } = new(StringComparer.Ordinal);

    /// <summary>What members must be that are not among the properties; null for anything.</summary>
    public SchemaNode? Additional { get; set; }

    public SchemaNode? Items { get; set; }

    /// <summary>The values that are allowed; null for all.</summary>
    public List<JsonElement>? Values { get; set; }

    public List<SchemaNode> AnyOf { get; } = [];

    public List<SchemaNode> OneOf { get; } = [];

    public List<SchemaNode> AllOf { get; } = [];

    public SchemaNode? Not { get; set; }

    /// <summary>Limits by keyword, such as <c>minimum</c> and <c>maxLength</c>.</summary>
    public SortedDictionary<string, decimal> Limits { get; } = new(StringComparer.Ordinal);

    public Regex? Pattern { get; set; }

    public string? PatternText { get; set; }

    public string? Format { get; set; }

    /// <summary>The schemas that a value itself is held to, besides this one.</summary>
    public IEnumerable<SchemaNode> Parts => AllOf.Concat(AnyOf).Concat(OneOf).Concat(Not is null ? [] : [Not]);

    /// <summary>Whether nothing is allowed: the schema <c>false</c>.</summary>
    public bool IsNever => Types == JsonTypes.None;
}
