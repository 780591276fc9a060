using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Log;

namespace Ledger.Tests.Log.Contracts;

/// <summary>Types of an application with most of what contracts are made of.</summary>
[EventType("ship-moored.v1")]
[Description("A ship has moored.")]
public sealed record ShipMoored(
    [property: Description("Its name.")] string Ship,
    Quay Quay,
    IReadOnlyList<Berth> Berths,
    [Description("When it leaves.")] DateTimeOffset? LeavesAt = null,
    decimal? Dues = null,
    Dictionary<string, int>? Cargo = null,
    Guid? Permit = null,
    JsonElement Notes = default);

public enum Quay
{
    North,
    South,
}

public sealed record Berth(int Number, string? Name = null, Berth? Beside = null);

[EventType("tide-turned.v1")]
public sealed record TideTurned(bool IsHigh) : OpenEvent;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ShipMoored))]
[JsonSerializable(typeof(TideTurned))]
internal sealed partial class HarbourEventsContext : JsonSerializerContext;
