using System.Globalization;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Log.Contracts;

// A path is put together from the inside, so that a value without a fault costs nothing.
internal sealed partial class SchemaNode
{
    /// <summary>The path and the broken rule of the first fault of a value; null for none.</summary>
    public (string Path, string Rule)? FaultOf(JsonElement value)
    {
        List<(string Path, string Rule)>? faults = null;
        Collect(value, 1, ref faults);
        return faults?[0];
    }

    /// <summary>The faults of a value; empty for none.</summary>
    /// <param name="value">The value.</param>
    /// <param name="most">After how many to stop.</param>
    public IReadOnlyList<(string Path, string Rule)> FaultsOf(JsonElement value, int most)
    {
        List<(string Path, string Rule)>? faults = null;
        Collect(value, most, ref faults);
        return faults ?? [];
    }

    private void Collect(JsonElement value, int most, ref List<(string Path, string Rule)>? faults)
    {
        var before = faults?.Count ?? 0;
        var type = JsonTypeNames.Of(value);
        if ((Types & type) == 0)
        {
            Add(ref faults, "", IsNever ? "is not allowed" : $"must be {JsonTypeNames.Describe(Types)}, but is {JsonTypeNames.Describe(type)}");
            return;
        }

        if (Values is not null && !Values.Exists(allowed => JsonEquality.Instance.Equals(allowed, value)))
        {
            Add(ref faults, "", $"must be {(Values.Count == 1 ? "" : "one of ")}{string.Join(", ", Values.Select(allowed => allowed.GetRawText()))}, but is {Shown(value)}");
            return;
        }

        switch (type)
        {
            case JsonTypes.Object:
                CollectOfObject(value, most, ref faults);
                break;
            case JsonTypes.Array:
                CollectOfArray(value, most, ref faults);
                break;
            case JsonTypes.String when RuleOfText(value) is { } rule:
                Add(ref faults, "", rule);
                break;
            case JsonTypes.Integer or JsonTypes.Number when Limits.Count > 0 && RuleOfNumber(value) is { } rule:
                Add(ref faults, "", rule);
                break;
        }

        if ((faults?.Count ?? 0) == before)
        {
            CollectOfParts(value, most, ref faults);
        }
    }

    private static void Add(ref List<(string Path, string Rule)>? faults, string path, string rule) => (faults ??= []).Add((path, rule));

    // Those from a number on are of a value within this one.
    private static void Prefix(List<(string Path, string Rule)> faults, int from, string step)
    {
        for (var i = from; i < faults.Count; i++)
        {
            faults[i] = (step + faults[i].Path, faults[i].Rule);
        }
    }

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: > 60 } text ? $"{text.AsSpan(0, 60)}…" : value.GetRawText();

    private void CollectOfObject(JsonElement value, int most, ref List<(string Path, string Rule)>? faults)
    {
        foreach (var name in Required)
        {
            if (!value.TryGetProperty(name, out _))
            {
                Add(ref faults, JsonPointer.Append("", name), "is missing");
                if (faults!.Count >= most)
                {
                    return;
                }
            }
        }

        if (Properties.Count == 0 && Additional is null)
        {
            return;
        }

        foreach (var member in value.EnumerateObject())
        {
            if (Properties.TryGetValue(member.Name, out var known) || Additional is { IsNever: false })
            {
                var before = faults?.Count ?? 0;
                (known ?? Additional!).Collect(member.Value, most, ref faults);
                if (faults?.Count > before)
                {
                    Prefix(faults, before, JsonPointer.Append("", member.Name));
                }
            }
            else if (Additional is not null)
            {
                Add(ref faults, JsonPointer.Append("", member.Name), $"is not a member{(Properties.Count == 0 ? "" : $"; known: {string.Join(", ", Properties.Keys)}")}");
            }

            if (faults?.Count >= most)
            {
                return;
            }
        }
    }

    private void CollectOfArray(JsonElement value, int most, ref List<(string Path, string Rule)>? faults)
    {
        if (RuleOfCount("minItems", "maxItems", value.GetArrayLength(), "items") is { } rule)
        {
            Add(ref faults, "", rule);
            return;
        }

        if (Items is null)
        {
            return;
        }

        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var before = faults?.Count ?? 0;
            Items.Collect(item, most, ref faults);
            if (faults?.Count > before)
            {
                Prefix(faults, before, JsonPointer.Append("", index));
                if (faults.Count >= most)
                {
                    return;
                }
            }

            index++;
        }
    }

    private string? RuleOfText(JsonElement value)
    {
        if (Limits.Count == 0 && Pattern is null && Format is null)
        {
            return null;
        }

        var text = value.GetString()!;
        if (Limits.Count > 0 && RuleOfCount("minLength", "maxLength", text.EnumerateRunes().Count(), "characters") is { } rule)
        {
            return rule;
        }

        if (Pattern is not null && !Pattern.IsMatch(text))
        {
            return $"must match {PatternText}, but is {Shown(value)}";
        }

        var hasForm = Format switch
        {
            "uuid" => value.TryGetGuid(out _),
            "date-time" => value.TryGetDateTimeOffset(out _),
            _ => true,
        };
        return hasForm ? null : $"must be a {Format}, but is {Shown(value)}";
    }

    private string? RuleOfNumber(JsonElement value)
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
                return $"must be {words} {limit.ToString(CultureInfo.InvariantCulture)}, but is {Shown(value)}";
            }
        }

        return null;
    }

    private static int CompareTo(JsonElement value, decimal limit) =>
        value.TryGetDecimal(out var exact) ? exact.CompareTo(limit) : value.GetDouble().CompareTo((double)limit);

    private string? RuleOfCount(string least, string most, int count, string noun) =>
        Limits.TryGetValue(least, out var min) && count < min ? $"must have at least {min.ToString(CultureInfo.InvariantCulture)} {noun}, but has {count.ToString(CultureInfo.InvariantCulture)}"
        : Limits.TryGetValue(most, out var max) && count > max ? $"must have at most {max.ToString(CultureInfo.InvariantCulture)} {noun}, but has {count.ToString(CultureInfo.InvariantCulture)}"
        : null;

    private void CollectOfParts(JsonElement value, int most, ref List<(string Path, string Rule)>? faults)
    {
        var before = faults?.Count ?? 0;
        foreach (var part in AllOf)
        {
            part.Collect(value, most, ref faults);
            if (faults?.Count > before)
            {
                return;
            }
        }

        if (AnyOf.Count > 0 && !AnyOf.Exists(part => part.FaultOf(value) is null))
        {
            var (path, rule) = FaultOfChoice(AnyOf, value);
            Add(ref faults, path, rule);
            return;
        }

        if (OneOf.Count > 0)
        {
            var matches = OneOf.Count(part => part.FaultOf(value) is null);
            if (matches != 1)
            {
                var (path, rule) = matches == 0 ? FaultOfChoice(OneOf, value) : ("", "has several of the forms that exclude each other");
                Add(ref faults, path, rule);
                return;
            }
        }

        if (Not is not null && Not.FaultOf(value) is null)
        {
            Add(ref faults, "", "has a form that is not allowed");
        }
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
