using System.Text.Json;
using JasperFx.Events;
using Marten.Events.Projections;

namespace Ledger.Benchmarks.Martens;

/// <summary>An object of a run as a document of Marten, patched member by member: what a row of <c>world_object</c> is.</summary>
public sealed partial class MartenObjectDocument
{
    public string Id { get; set; } = "";

    public string Type { get; set; } = "";

    public Dictionary<string, JsonElement> Data { get; set; } = [];

    public void Apply(MartenObjectCreated created)
    {
        Type = created.Type;
        Data = created.Data.EnumerateObject().ToDictionary(m => m.Name, m => m.Value);
    }

    public void Apply(MartenObjectPatched patched)
    {
        foreach (var member in patched.Patch.EnumerateObject())
        {
            Data[member.Name] = member.Value;
        }
    }
}

/// <summary>Says to which document an event belongs: that of its run and object.</summary>
public sealed partial class MartenObjects : MultiStreamProjection<MartenObjectDocument, string>
{
    public MartenObjects()
    {
        Identity<IEvent<MartenObjectCreated>>(e => $"{e.StreamKey}/{e.Data.Id}");
        Identity<IEvent<MartenObjectPatched>>(e => $"{e.StreamKey}/{e.Data.Id}");
    }
}
