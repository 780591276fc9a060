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

/// <summary>A refusal of OTLP over HTTP: a <c>google.rpc.Status</c>.</summary>
/// <param name="Code">The kind of failure, one of <c>google.rpc.Code</c>.</param>
/// <param name="Message">What happened, and what to do.</param>
/// <param name="Details">What is wrong with the request, if that is the reason.</param>
internal sealed record RpcStatusContract(int Code, string Message, IReadOnlyList<RpcBadRequestContract>? Details = null);

/// <summary>A <c>google.rpc.BadRequest</c>.</summary>
/// <param name="Type">Its name.</param>
/// <param name="FieldViolations">What is wrong.</param>
internal sealed record RpcBadRequestContract(
    [property: JsonPropertyName("@type")] string Type, [property: JsonPropertyName("fieldViolations")] IReadOnlyList<RpcFieldViolationContract> FieldViolations);

/// <summary>A part of a request that is wrong.</summary>
/// <param name="Description">What is wrong.</param>
internal sealed record RpcFieldViolationContract(string Description);
