using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Ledger.Json;

namespace Ledger;

/// <summary>An object came into being, or an object of that id was replaced whole.</summary>
/// <param name="Id">The object's id, unique in the history.</param>
/// <param name="Type">The object's type, such as <c>Claim</c>.</param>
/// <param name="Data">Its properties, a JSON object; undefined means none.</param>
[EventType("object.created")]
[method: JsonConstructor]
public sealed record ObjectCreated(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("data"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] JsonElement Data = default)
{
    /// <summary>Takes the properties as a JSON object that can be written down in place.</summary>
    public ObjectCreated(string id, string type, JsonObject data)
        : this(id, type, EventJson.ToElement(data))
    {
    }
}

/// <summary>Top-level properties of an object were set.</summary>
/// <param name="Id">The object's id.</param>
/// <param name="Patch">The properties to set, a JSON object: a nested value is replaced whole, <c>null</c> is a value.</param>
[EventType("object.patched")]
[method: JsonConstructor]
public sealed record ObjectPatched(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("patch"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] JsonElement Patch = default)
{
    /// <summary>Takes the properties as a JSON object that can be written down in place.</summary>
    public ObjectPatched(string id, JsonObject patch)
        : this(id, EventJson.ToElement(patch))
    {
    }
}

/// <summary>An object is no more; its relations stay.</summary>
/// <param name="Id">The object's id; an unknown one changes nothing.</param>
[EventType("object.removed")]
public sealed record ObjectRemoved([property: JsonPropertyName("id")] string Id);

/// <summary>A relation came into being, or a relation of that id was replaced whole.</summary>
/// <param name="Id">The relation's id, unique in the history.</param>
/// <param name="Type">The relation's type, such as <c>supports</c>.</param>
/// <param name="SourceId">The object that it goes out from; it need not exist.</param>
/// <param name="TargetId">The object that it leads to; it need not exist.</param>
/// <param name="Data">Its properties, a JSON object; undefined means none.</param>
[EventType("relation.created")]
[method: JsonConstructor]
public sealed record RelationCreated(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("source_id")] string SourceId,
    [property: JsonPropertyName("target_id")] string TargetId,
    [property: JsonPropertyName("data"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] JsonElement Data = default)
{
    /// <summary>Takes the properties as a JSON object that can be written down in place.</summary>
    public RelationCreated(string id, string type, string sourceId, string targetId, JsonObject data)
        : this(id, type, sourceId, targetId, EventJson.ToElement(data))
    {
    }
}

/// <summary>A relation is no more.</summary>
/// <param name="Id">The relation's id; an unknown one changes nothing.</param>
[EventType("relation.removed")]
public sealed record RelationRemoved([property: JsonPropertyName("id")] string Id);
