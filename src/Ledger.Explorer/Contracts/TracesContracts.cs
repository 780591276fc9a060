using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Explorer.Contracts;

/// <summary>The answer of OTLP over HTTP, empty if all spans were taken.</summary>
internal sealed record TracesContract([property: JsonPropertyName("partialSuccess")] PartialSuccessContract? PartialSuccess = null);

/// <summary>What was not taken.</summary>
/// <param name="RejectedSpans">The number of spans, as OTLP writes integers of 64 bits.</param>
/// <param name="ErrorMessage">Why, or what else is to be said.</param>
internal sealed record PartialSuccessContract(
    [property: JsonPropertyName("rejectedSpans")] string RejectedSpans, [property: JsonPropertyName("errorMessage")] string ErrorMessage);

/// <summary>The beginning of an export of spans; OTLP says what else it may have.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record TracesRequest([property: JsonPropertyName("resourceSpans")] IReadOnlyList<JsonElement>? ResourceSpans = null);
