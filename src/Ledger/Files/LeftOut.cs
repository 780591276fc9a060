namespace Ledger.Files;

/// <summary>Counts, by name, the parts of a recording that its events do not carry.</summary>
internal sealed class LeftOut
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>The names with their counts, sorted.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Counts => [.. _counts];

    /// <summary>Counts one omission.</summary>
    public void Add(string name) => _counts[name] = _counts.GetValueOrDefault(name) + 1;

    /// <summary>Counts the members of an object that are not empty and not known.</summary>
    public void AddOthers(System.Text.Json.JsonElement json, string prefix, params ReadOnlySpan<string> known)
    {
        if (json.ValueKind != System.Text.Json.JsonValueKind.Object)
        {
            return;
        }

        foreach (var member in json.EnumerateObject())
        {
            if (TrajectoryJson.NameOf(member) is var name && !known.Contains(name) && TrajectoryJson.SaysSomething(member.Value))
            {
                Add(prefix + name);
            }
        }
    }
}
