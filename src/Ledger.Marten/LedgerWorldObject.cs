using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Worlds;

namespace Ledger.Marten;

/// <summary>An object of a <see cref="LedgerWorld"/>.</summary>
public sealed class LedgerWorldObject
{
    /// <summary>The id, unique among the objects of the world.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>The type, such as <c>Claim</c>.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    /// <summary>The properties; numbers have all their digits.</summary>
    [JsonPropertyName("data")]
    public Dictionary<string, JsonElement> Data { get; init; } = [];

    internal WorldObject ToObject() => new(Id, Type, new Properties(new(Data, StringComparer.Ordinal)));
}
