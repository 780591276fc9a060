using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Worlds;

namespace Ledger.Marten;

/// <summary>A relation of a <see cref="LedgerWorld"/>; the objects at its ends need not exist.</summary>
public sealed class LedgerWorldRelation
{
    /// <summary>The id, unique among the relations of the world.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>The type, such as <c>supports</c>.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    /// <summary>The id of the object that it starts from.</summary>
    [JsonPropertyName("source_id")]
    public required string SourceId { get; init; }

    /// <summary>The id of the object that it leads to.</summary>
    [JsonPropertyName("target_id")]
    public required string TargetId { get; init; }

    /// <summary>The properties; numbers have all their digits.</summary>
    [JsonPropertyName("data")]
    public Dictionary<string, JsonElement> Data { get; init; } = [];

    internal Relation ToRelation() => new(Id, Type, SourceId, TargetId, new Properties(new(Data, StringComparer.Ordinal)));
}
