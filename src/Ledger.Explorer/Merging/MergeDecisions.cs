using System.Text.Json;
using Ledger.Explorer.Contracts;
using Ledger.Json;
using Ledger.Worlds;

namespace Ledger.Explorer.Merging;

/// <summary>Decisions of people and programs, in the form in which conflicts are listed.</summary>
internal static class MergeDecisions
{
    /// <summary>Makes a resolver of decisions, and of what is taken where none is made.</summary>
    /// <param name="rows">Conflicts with a decision; those without are not used.</param>
    /// <param name="rules">The rules of the merge.</param>
    /// <param name="take">ours, theirs, or null.</param>
    /// <exception cref="FormatException">A decision is null, is not one of the words, has a value that no event can hold, or is about a place in a property that is one
    /// value by the rules.</exception>
    public static MergeResolver ToResolver(IReadOnlyList<MergeConflictContract> rows, MergeRules rules, string? take)
    {
        foreach (var row in rows)
        {
            Check(row);
            CheckPlace(row, rules);
        }

        var decided = rows.Where(r => r.Take is not null || r.Value is not null)
            .Select(r => (Row: r, Decision: DecisionOf(r)))
            .ToLookup(d => (d.Row.Kind, d.Row.Id, d.Row.Path));
        return MergeResolver.By(c => decided[(c.Kind.ToName(), c.Id, c.Path)].FirstOrDefault(d => Fits(d.Row, c)).Decision)
            .Then(take switch
            {
                null => MergeResolver.None,
                "ours" => MergeResolver.Ours,
                "theirs" => MergeResolver.Theirs,
                _ => throw new FormatException($"'take' must be 'ours' or 'theirs', but was '{take}'."),
            });
    }

    // Such values could not be compared either.
    private static void Check(MergeConflictContract? row)
    {
        if (row is null)
        {
            throw new FormatException("A decision must be a JSON object, but one is null.");
        }

        foreach (var value in new[] { row.Ours, row.Theirs, row.Value }.OfType<JsonElement>())
        {
            try
            {
                MergeDecision.Set(value);
            }
            catch (ArgumentException fault)
            {
                throw new FormatException($"The decision on {row.Kind} '{row.Id}': {fault.Message.Split(" (Parameter", 2)[0]}", fault);
            }
        }
    }

    // No conflict is about such a place, so the decision would be used for nothing.
    private static void CheckPlace(MergeConflictContract row, MergeRules rules)
    {
        if ((row.Take ?? (object?)row.Value) is null || row.Path?.Split('/') is not ["", "data", var step, _, ..])
        {
            return;
        }

        var property = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        if (!rules.IsDeep(row.Type, property))
        {
            var type = row.Type?.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal) ?? "TYPE";
            throw new FormatException($"The decision on {row.Kind} '{row.Id}' is about '{row.Path}', but '/data/{step}' is merged as one value here. "
                + $"Decide about that, or give the rule that the preview had: '--deep {type}/{step}'.");
        }
    }

    private static MergeDecision DecisionOf(MergeConflictContract row) => (row.Take, row.Value) switch
    {
        ("ours", null) => MergeDecision.Ours,
        ("theirs", null) => MergeDecision.Theirs,
        ("remove", null) => MergeDecision.Remove,
        ("set" or null, { } value) => MergeDecision.Set(value),
        ("set", null) => throw new FormatException($"The decision on {row.Kind} '{row.Id}' has 'take': 'set' and no 'value'."),
        ("ours" or "theirs" or "remove", _) => throw new FormatException($"The decision on {row.Kind} '{row.Id}' has a 'value', which '{row.Take}' does not take."),
        _ => throw new FormatException($"The decision on {row.Kind} '{row.Id}' must be 'ours', 'theirs', 'set' or 'remove', but was '{row.Take}'."),
    };

    // A row without values was written by hand; one with values was decided on these, and one whose values were left out on what the events set.
    private static bool Fits(MergeConflictContract row, MergeConflict conflict)
    {
        var listed = MergeConflictContract.Of(conflict);
        return (row.Reason is null || row.Reason == listed.Reason)
            && (row.ValuesOmitted is null
                ? (row.Ours is null && row.Theirs is null) || (AreSame(row.Ours, listed.Ours) && AreSame(row.Theirs, listed.Theirs))
                : row.OurEvent == listed.OurEvent && row.TheirEvent == listed.TheirEvent);
    }

    private static bool AreSame(JsonElement? a, JsonElement? b) => JsonEquality.Instance.Equals(a ?? default, b ?? default);
}
