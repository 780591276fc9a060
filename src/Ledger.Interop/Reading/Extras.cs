using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ledger.Interop.Reading;

/// <summary>Counts, by name, the parts of a recording that have no place of their own in its events and are kept under <c>extra</c>.</summary>
internal sealed class Extras
{
    // A file with arbitrary member names, such as paths, must not make an arbitrarily long list.
    private const int MostNames = 200;
    private const string Others = "others";

    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>The names with their counts, sorted.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Counts => [.. _counts];

    /// <summary>The values of an attempt's parts by name, for its last event.</summary>
    public JsonObject Kept { get; } = [];

    /// <summary>Counts a part.</summary>
    public void Add(string name) => Add(name, 1);

    /// <summary>Counts several parts of one name.</summary>
    public void Add(string name, long count)
    {
        name = _counts.Count < MostNames || _counts.ContainsKey(name) ? name : Others;
        _counts[name] = _counts.GetValueOrDefault(name) + count;
    }

    /// <summary>Counts a part, and keeps it.</summary>
    public void Add(string name, JsonElement value)
    {
        Add(name);
        if (Kept[name] is JsonArray values)
        {
            values.Add(value.ToNode());
        }
        else
        {
            Kept[name] = new JsonArray(value.ToNode());
        }
    }

    /// <summary>Keeps the members of an object that are not empty and not known.</summary>
    public void AddOthers(JsonElement json, string prefix, params ReadOnlySpan<string> known)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var member in json.EnumerateObject())
        {
            if (RecordedJson.NameOf(member).Replace('\0', '\uFFFD') is var name && !known.Contains(name) && RecordedJson.SaysSomething(member.Value))
            {
                Add(prefix + name, member.Value);
            }
        }
    }

    /// <summary>Adds the counts of a part of the recording that was read by itself.</summary>
    public void Add(Extras other)
    {
        foreach (var (name, count) in other._counts)
        {
            Add(name, count);
        }
    }
}
