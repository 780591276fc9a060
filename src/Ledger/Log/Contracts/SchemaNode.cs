using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ledger.Json;

namespace Ledger.Log.Contracts;

/// <summary>A JSON Schema that was read: the keywords that contracts have.</summary>
internal sealed class SchemaNode
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

    /// <summary>The path and the broken rule of the first fault of a value; null for none.</summary>
    public (string Path, string Rule)? FaultOf(JsonElement value)
    {
        var type = JsonTypeNames.Of(value);
        if ((Types & type) == 0)
        {
            return ("", IsNever ? "is not allowed" : $"must be {JsonTypeNames.Describe(Types)}, but is {JsonTypeNames.Describe(type)}");
        }

        if (Values is not null && !Values.Exists(allowed => JsonEquality.Instance.Equals(allowed, value)))
        {
            return ("", $"must be {(Values.Count == 1 ? "" : "one of ")}{string.Join(", ", Values.Select(allowed => allowed.GetRawText()))}, but is {Shown(value)}");
        }

        return type switch
        {
            JsonTypes.Object => FaultOfObject(value),
            JsonTypes.Array => FaultOfArray(value),
            JsonTypes.String => FaultOfText(value),
            JsonTypes.Integer or JsonTypes.Number when Limits.Count > 0 => FaultOfNumber(value),
            _ => null,
        } ?? FaultOfParts(value);
    }

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: > 60 } text ? $"{text.AsSpan(0, 60)}…" : value.GetRawText();

    private (string Path, string Rule)? FaultOfObject(JsonElement value)
    {
        foreach (var name in Required)
        {
            if (!value.TryGetProperty(name, out _))
            {
                return (JsonPointer.Append("", name), "is missing");
            }
        }

        if (Properties.Count > 0 || Additional is not null)
        {
            foreach (var member in value.EnumerateObject())
            {
                if ((Properties.TryGetValue(member.Name, out var known) ? known : Additional)?.FaultOf(member.Value) is var (path, rule))
                {
                    return (JsonPointer.Append("", member.Name) + path, rule);
                }
            }
        }

        return null;
    }

    private (string Path, string Rule)? FaultOfArray(JsonElement value)
    {
        var (index, length) = (0, value.GetArrayLength());
        if (FaultOfCount("minItems", "maxItems", length, "items") is { } fault)
        {
            return ("", fault);
        }

        if (Items is not null)
        {
            foreach (var item in value.EnumerateArray())
            {
                if (Items.FaultOf(item) is var (path, rule))
                {
                    return (JsonPointer.Append("", index) + path, rule);
                }

                index++;
            }
        }

        return null;
    }

    private (string Path, string Rule)? FaultOfText(JsonElement value)
    {
        if (Limits.Count == 0 && Pattern is null && Format is null)
        {
            return null;
        }

        var text = value.GetString()!;
        if (Limits.Count > 0 && FaultOfCount("minLength", "maxLength", text.EnumerateRunes().Count(), "characters") is { } fault)
        {
            return ("", fault);
        }

        if (Pattern is not null && !Pattern.IsMatch(text))
        {
            return ("", $"must match {PatternText}, but is {Shown(value)}");
        }

        var hasForm = Format switch
        {
            "uuid" => value.TryGetGuid(out _),
            "date-time" => value.TryGetDateTimeOffset(out _),
            _ => true,
        };
        return hasForm ? null : ("", $"must be a {Format}, but is {Shown(value)}");
    }

    private (string Path, string Rule)? FaultOfNumber(JsonElement value)
    {
        foreach (var (keyword, limit) in Limits)
        {
            var order = CompareTo(value, limit);
            var (holds, words) = keyword switch
            {
                "minimum" => (order >= 0, "at least"),
                "maximum" => (order <= 0, "at most"),
                "exclusiveMinimum" => (order > 0, "more than"),
                "exclusiveMaximum" => (order < 0, "less than"),
                _ => (true, ""),
            };
            if (!holds)
            {
                return ("", $"must be {words} {limit.ToString(CultureInfo.InvariantCulture)}, but is {Shown(value)}");
            }
        }

        return null;
    }

    private static int CompareTo(JsonElement value, decimal limit) =>
        value.TryGetDecimal(out var exact) ? exact.CompareTo(limit) : value.GetDouble().CompareTo((double)limit);

    private string? FaultOfCount(string least, string most, int count, string noun) =>
        Limits.TryGetValue(least, out var min) && count < min ? $"must have at least {min.ToString(CultureInfo.InvariantCulture)} {noun}, but has {count.ToString(CultureInfo.InvariantCulture)}"
        : Limits.TryGetValue(most, out var max) && count > max ? $"must have at most {max.ToString(CultureInfo.InvariantCulture)} {noun}, but has {count.ToString(CultureInfo.InvariantCulture)}"
        : null;

    private (string Path, string Rule)? FaultOfParts(JsonElement value)
    {
        foreach (var part in AllOf)
        {
            if (part.FaultOf(value) is { } fault)
            {
                return fault;
            }
        }

        if (AnyOf.Count > 0 && !AnyOf.Exists(part => part.FaultOf(value) is null))
        {
            return FaultOfChoice(AnyOf, value);
        }

        if (OneOf.Count > 0)
        {
            var matches = OneOf.Count(part => part.FaultOf(value) is null);
            if (matches != 1)
            {
                return matches == 0 ? FaultOfChoice(OneOf, value) : ("", "has several of the forms that exclude each other");
            }
        }

        return Not is not null && Not.FaultOf(value) is null ? ("", "has a form that is not allowed") : null;
    }

    // The form that fits furthest is the one that was meant.
    private static (string Path, string Rule) FaultOfChoice(List<SchemaNode> forms, JsonElement value)
    {
        var deepest = forms.Select(part => part.FaultOf(value)!.Value).OrderByDescending(fault => fault.Path.Count(c => c == '/')).First();
        return deepest.Path.Length > 0 || forms.Count == 1
            ? deepest
            : ("", $"fits no form of its {forms.Count.ToString(CultureInfo.InvariantCulture)}; of the first, it {forms[0].FaultOf(value)!.Value.Rule}");
    }
}
