namespace Ledger.Files;

/// <summary>Counts what a recording holds and its events do not, by name.</summary>
internal sealed class LeftOut
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>The names with how often each was left out, sorted.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Counts => [.. _counts];

    /// <summary>Counts one.</summary>
    public void Add(string name) => _counts[name] = _counts.GetValueOrDefault(name) + 1;

    /// <summary>Counts the members of an object that say something and are not among the known ones.</summary>
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
