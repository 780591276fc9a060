using System.Text.Json;

namespace Ledger.Benchmarks.Martens;

/// <summary>The world of a run as an aggregate of Marten: the objects, patched member by member.</summary>
public sealed partial class MartenWorld
{
    public string Id { get; set; } = "";

    public Dictionary<string, MartenObject> Objects { get; set; } = [];

    public void Apply(MartenObjectCreated created) => Objects[created.Id] = new MartenObject
    {
        Type = created.Type,
        Data = created.Data.EnumerateObject().ToDictionary(m => m.Name, m => m.Value),
    };

    public void Apply(MartenObjectPatched patched)
    {
        var data = Objects[patched.Id].Data;
        foreach (var member in patched.Patch.EnumerateObject())
        {
            data[member.Name] = member.Value;
        }
    }
}

/// <summary>An object of a <see cref="MartenWorld"/>.</summary>
public sealed class MartenObject
{
    public string Type { get; set; } = "";

    public Dictionary<string, JsonElement> Data { get; set; } = [];
}

/// <summary>A small document for each run, as <see cref="Projections.EventCount"/> is.</summary>
public sealed partial class MartenCount
{
    public string Id { get; set; } = "";

    public long Events { get; set; }

    public void Apply(MartenObjectCreated created) => Events += created is null ? 0 : 1;
}
