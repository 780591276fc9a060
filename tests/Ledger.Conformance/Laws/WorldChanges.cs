using System.Text.Json;

namespace Ledger.Conformance.Laws;

/// <summary>Events of a few objects and relations, by numbers.</summary>
public static class WorldChanges
{
    public static object Of(int seed) => Of(seed, null);

    /// <summary>With a prefix, the changes of one side touch nothing that the other touches.</summary>
    public static object Of(int seed, string? side)
    {
        var id = $"{side}{seed % 3}";
        var value = seed / 100 % 4;
        return (seed / 10 % 10) switch
        {
            0 => new ObjectCreated($"o{id}", value < 2 ? "T" : "U", Json($$"""{"v":{{value}},"k":null}""")),
            1 or 2 or 3 or 4 => new ObjectPatched(side is null ? $"o{id}" : "o0", Json($$"""{"v{{side}}{{seed / 1000 % 2}}":{"n":{{value}}} }""")),
            5 => new ObjectRemoved(side is null && id == "0" ? "o1" : $"o{id}"),
            6 or 7 or 8 => new RelationCreated($"r{id}", value < 2 ? "t" : "u", $"o{id}", $"o{side}{value}", Json($$"""{"v":{{value}}}""")),
            _ => new RelationRemoved($"r{id}"),
        };
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
