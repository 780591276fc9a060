using System.Globalization;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Log.Contracts;

/// <summary>Finds what a change of one contract breaks.</summary>
internal sealed class ContractComparison
{
    private readonly string _event;
    private readonly List<ContractBreak> _breaks = [];

    // What is being compared, so that schemas that refer to themselves end.
    private readonly HashSet<(SchemaNode, SchemaNode)> _active;

    private ContractComparison(string name, IEnumerable<(SchemaNode, SchemaNode)> active) => (_event, _active) = (name, [.. active]);

    /// <summary>The breaks between an event's old contract and its new one; null for an event that has no new one.</summary>
    public static IReadOnlyList<ContractBreak> Of(EventContract old, EventContract? newer)
    {
        if (newer is null)
        {
            return [new ContractBreak(old.Name, "", ContractBreakKind.EventRemoved, ContractSide.Writers, "has no contract any longer")];
        }

        var comparison = new ContractComparison(old.Name, []);

        // A name that is only upcast is no longer written.
        if (newer.ReadAs is null || newer.ReadAs == newer.Name)
        {
            comparison.Compare(old.Node, newer.Node, "");
        }

        return newer.ReadAs is null ? comparison._breaks : [.. comparison._breaks.Where(found => found.Side == ContractSide.Readers)];
    }

    private bool IsCompatible(SchemaNode old, SchemaNode newer)
    {
        var comparison = new ContractComparison("", _active);
        comparison.Compare(old, newer, "");
        return comparison._breaks.Count == 0;
    }

    // A schema that only refers to another is that one.
    private static SchemaNode Meant(SchemaNode node)
    {
        while (node is { Types: JsonTypes.All, AllOf: [var only], Properties.Count: 0, Required.Count: 0, Additional: null, Items: null, Values: null, Not: null, Limits.Count: 0 }
            and { AnyOf.Count: 0, OneOf.Count: 0, Pattern: null, Format: null })
        {
            node = only;
        }

        return node;
    }

    private void Add(string path, ContractBreakKind kind, ContractSide side, string change) => _breaks.Add(new ContractBreak(_event, path, kind, side, change));

    private void Compare(SchemaNode old, SchemaNode newer, string path)
    {
        // One condition is compared as such with several, else as what it says.
        var (meant, newerMeant) = (Meant(old), Meant(newer));
        (old, newer) = (meant.AllOf.Count == 0 && newerMeant.AllOf.Count > 0 ? old : meant, newerMeant.AllOf.Count == 0 && meant.AllOf.Count > 0 ? newer : newerMeant);
        if (!_active.Add((old, newer)))
        {
            return;
        }

        if (CompareTypes(old, newer, path))
        {
            CompareValues(old, newer, path);
            CompareMembers(old, newer, path);
            CompareRules(old, newer, path);
            CompareForms(old.AnyOf, newer.AnyOf, path);
            CompareChoices(old.OneOf, newer.OneOf, path);
            CompareConditions(old.AllOf, newer.AllOf, path);
            CompareConditions(old.Not is null ? [] : [old.Not], newer.Not is null ? [] : [newer.Not], path);
            if (old.Items is not null || newer.Items is not null)
            {
                Compare(old.Items ?? Anything(), newer.Items ?? Anything(), $"{path}/*");
            }
        }

        _active.Remove((old, newer));
    }

    private static SchemaNode Anything() => new() { Source = JsonElement.Parse("true") };

    /// <summary>Compares the types; false where they have none in common, and nothing else is worth comparing.</summary>
    private bool CompareTypes(SchemaNode old, SchemaNode newer, string path)
    {
        var (lost, gained) = (old.Types & ~newer.Types, newer.Types & ~old.Types);
        if ((old.Types & newer.Types & ~JsonTypes.Null) == 0 && (lost | gained) != 0 && (old.Types & ~JsonTypes.Null) != 0)
        {
            var change = $"was {JsonTypeNames.Describe(old.Types)}, and is {JsonTypeNames.Describe(newer.Types)}";
            Add(path, ContractBreakKind.TypeChanged, ContractSide.Writers, change);
            Add(path, ContractBreakKind.TypeChanged, ContractSide.Readers, change);
            return false;
        }

        if (lost != 0)
        {
            Add(path, ContractBreakKind.TypeNarrowed, ContractSide.Writers, $"may no longer be {JsonTypeNames.Describe(Shown(lost, old.Types))}");
        }

        if (gained != 0)
        {
            Add(path, ContractBreakKind.TypeWidened, ContractSide.Readers, $"may also be {JsonTypeNames.Describe(Shown(gained, newer.Types))}");
        }

        return true;
    }

    private static JsonTypes Shown(JsonTypes difference, JsonTypes whole) =>
        difference.HasFlag(JsonTypes.Integer) && whole.HasFlag(JsonTypes.Number) ? difference | JsonTypes.Number : difference;

    private void CompareValues(SchemaNode old, SchemaNode newer, string path)
    {
        if (old.Values is null && newer.Values is null)
        {
            return;
        }

        if (old.Values is null)
        {
            Add(path, ContractBreakKind.EnumNarrowed, ContractSide.Writers, $"may only be {Listed(newer.Values!)}");
            return;
        }

        if (newer.Values is null)
        {
            Add(path, ContractBreakKind.EnumWidened, ContractSide.Readers, $"may be more than {Listed(old.Values)}");
            return;
        }

        if (old.Values.Except(newer.Values, JsonEquality.Instance).ToList() is { Count: > 0 } lost)
        {
            Add(path, ContractBreakKind.EnumNarrowed, ContractSide.Writers, $"may no longer be {Listed(lost)}");
        }

        if (newer.Values.Except(old.Values, JsonEquality.Instance).ToList() is { Count: > 0 } gained)
        {
            Add(path, ContractBreakKind.EnumWidened, ContractSide.Readers, $"may also be {Listed(gained)}");
        }
    }

    private static string Listed(List<JsonElement> values) => string.Join(", ", values.Select(value => value.GetRawText()));

    private void CompareMembers(SchemaNode old, SchemaNode newer, string path)
    {
        var gone = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, before) in old.Properties)
        {
            var at = JsonPointer.Append(path, name);
            if (newer.Properties.TryGetValue(name, out var after))
            {
                Compare(before, after, at);
            }
            else if (newer.Additional is { IsNever: true })
            {
                Add(at, ContractBreakKind.MemberRemoved, ContractSide.Writers, "is no longer allowed");
            }
            else
            {
                gone.Add(name);
                Add(at, ContractBreakKind.MemberRemoved, ContractSide.Readers, "is no longer there");
                if (newer.Additional is { } others && !IsAnything(others))
                {
                    Compare(before, others, at);
                }
            }
        }

        foreach (var name in newer.Required.Except(old.Required))
        {
            Add(
                JsonPointer.Append(path, name),
                ContractBreakKind.MemberRequired,
                ContractSide.Writers,
                old.Properties.ContainsKey(name) ? "must be there, and could be absent" : "must be there, and is new");
        }

        foreach (var name in old.Required.Except(newer.Required).Except(gone))
        {
            Add(JsonPointer.Append(path, name), ContractBreakKind.MemberOptional, ContractSide.Readers, "may be absent, and had to be there");
        }

        foreach (var (name, after) in newer.Properties)
        {
            // A member that is new may have been anything before, as far as members were allowed that are not named.
            if (!old.Properties.ContainsKey(name) && old.Additional is { IsNever: false } before)
            {
                Compare(before, after, JsonPointer.Append(path, name));
            }
            else if (!old.Properties.ContainsKey(name) && old.Additional is { IsNever: true })
            {
                Add(JsonPointer.Append(path, name), ContractBreakKind.TypeWidened, ContractSide.Readers, "is new where other members were not allowed");
            }
        }

        CompareOthers(old, newer, path);
    }

    // The members that are not named.
    private void CompareOthers(SchemaNode old, SchemaNode newer, string path)
    {
        if (old.Additional is { IsNever: false } some && newer.Additional is { IsNever: false } others)
        {
            Compare(some, others, $"{path}/*");
        }
        else if (old.Additional is { IsNever: true } && newer.Additional is not { IsNever: true })
        {
            Add(path, ContractBreakKind.TypeWidened, ContractSide.Readers, "now allows members that are not named");
        }
        else if (old.Additional is not { IsNever: true } && newer.Additional is { } closed && !IsAnything(closed))
        {
            Add(path, ContractBreakKind.MembersClosed, ContractSide.Writers, "no longer allows every member that is not named");
        }
    }

    private static bool IsAnything(SchemaNode node) => node.Source.ValueKind == JsonValueKind.True;

    private void CompareRules(SchemaNode old, SchemaNode newer, string path)
    {
        foreach (var keyword in old.Limits.Keys.Union(newer.Limits.Keys))
        {
            decimal? before = old.Limits.TryGetValue(keyword, out var b) ? b : null, after = newer.Limits.TryGetValue(keyword, out var a) ? a : null;
            var isLower = keyword.StartsWith("min", StringComparison.Ordinal) || keyword == "exclusiveMinimum";
            if (before == after)
            {
                continue;
            }

            var isNarrower = after is not null && (before is null || (isLower ? after > before : after < before));
            Add(
                path,
                isNarrower ? ContractBreakKind.RuleNarrowed : ContractBreakKind.RuleWidened,
                isNarrower ? ContractSide.Writers : ContractSide.Readers,
                $"had {Text(before, keyword)}, and has {Text(after, keyword)}");
        }

        CompareTexts("pattern", old.PatternText, newer.PatternText, path);
        CompareTexts("format", old.Format, newer.Format, path);
    }

    private static string Text(decimal? limit, string keyword) => limit is { } value ? $"{keyword} {value.ToString(CultureInfo.InvariantCulture)}" : $"no {keyword}";

    // Which of two patterns allows more is not known.
    private void CompareTexts(string keyword, string? before, string? after, string path)
    {
        if (before == after)
        {
            return;
        }

        var change = $"had {(before is null ? $"no {keyword}" : $"the {keyword} {before}")}, and has {(after is null ? "none" : after)}";
        if (after is not null)
        {
            Add(path, ContractBreakKind.RuleNarrowed, ContractSide.Writers, change);
        }

        if (before is not null)
        {
            Add(path, ContractBreakKind.RuleWidened, ContractSide.Readers, change);
        }
    }

    private void CompareForms(List<SchemaNode> old, List<SchemaNode> newer, string path)
    {
        if (old.Count == 0 && newer.Count == 0)
        {
            return;
        }

        var (lost, gained) = Differences(old, newer);
        if (lost > 0 || (old.Count == 0 && gained > 0))
        {
            Add(path, ContractBreakKind.TypeNarrowed, ContractSide.Writers, "has forms that are gone or say something else");
        }

        if (gained > 0 || (newer.Count == 0 && lost > 0))
        {
            Add(path, ContractBreakKind.TypeWidened, ContractSide.Readers, "has forms that are new or say something else");
        }
    }

    // Exactly one must fit: a form that comes can take values from the others, and one that goes can give them back.
    private void CompareChoices(List<SchemaNode> old, List<SchemaNode> newer, string path)
    {
        if (old.Count == 0 || newer.Count == 0)
        {
            CompareForms(old, newer, path);
            return;
        }

        var (gone, come) = (old.ToList(), new List<SchemaNode>());
        foreach (var form in newer)
        {
            if (gone.FindIndex(before => IsSame(before, form)) is var at and >= 0)
            {
                gone.RemoveAt(at);
            }
            else
            {
                come.Add(form);
            }
        }

        var takes = come.Exists(form => newer.Exists(other => other != form && !form.Excludes(other)));
        var gave = gone.Exists(form => old.Exists(other => other != form && !form.Excludes(other)));
        if (gone.Exists(before => !newer.Exists(after => IsCompatible(before, after))))
        {
            Add(path, ContractBreakKind.TypeNarrowed, ContractSide.Writers, "has forms that are gone or say something else");
        }
        else if (takes)
        {
            Add(path, ContractBreakKind.TypeNarrowed, ContractSide.Writers, "has a new form that excludes others, and what fits both is refused");
        }

        if (come.Exists(after => !old.Exists(before => IsCompatible(before, after))))
        {
            Add(path, ContractBreakKind.TypeWidened, ContractSide.Readers, "has forms that are new or say something else");
        }
        else if (gave)
        {
            Add(path, ContractBreakKind.TypeWidened, ContractSide.Readers, "has lost a form that excluded others, and what fitted both is allowed");
        }
    }

    private bool IsSame(SchemaNode one, SchemaNode other) => IsCompatible(one, other) && IsCompatible(other, one);

    // All of them must hold, so that one more allows less.
    private void CompareConditions(List<SchemaNode> old, List<SchemaNode> newer, string path)
    {
        var (lost, gained) = Differences(old, newer);
        if (gained > 0)
        {
            Add(path, ContractBreakKind.RuleNarrowed, ContractSide.Writers, "has conditions that are new or say something else");
        }

        if (lost > 0)
        {
            Add(path, ContractBreakKind.RuleWidened, ContractSide.Readers, "has conditions that are gone or say something else");
        }
    }

    private (int Lost, int Gained) Differences(List<SchemaNode> old, List<SchemaNode> newer) => (
        old.Count(before => !newer.Exists(after => IsCompatible(before, after))),
        newer.Count(after => !old.Exists(before => IsCompatible(before, after))));
}
