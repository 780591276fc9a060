using System.Text.Json.Serialization;

namespace Ledger.Conformance.Samples;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(OrderPlaced))]
[JsonSerializable(typeof(OrderPlacedInCurrency))]
public sealed partial class SampleEventsContext : JsonSerializerContext;
