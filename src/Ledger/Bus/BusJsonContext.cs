using System.Text.Json.Serialization;

namespace Ledger.Bus;

/// <summary>The JSON contracts of the bus's own abilities, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(BusListInput))]
[JsonSerializable(typeof(BusListOutput))]
[JsonSerializable(typeof(BusAbilitiesInput))]
[JsonSerializable(typeof(BusAbilitiesOutput))]
[JsonSerializable(typeof(BusAbilityInput))]
[JsonSerializable(typeof(BusSchemaOutput))]
[JsonSerializable(typeof(BusInspectOutput))]
internal sealed partial class BusJsonContext : JsonSerializerContext;
