using System.Globalization;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>A refusal of OTLP over HTTP: a <c>google.rpc.Status</c> in the encoding of the request, JSON where it has neither.</summary>
/// <remarks>
/// Of the section "Failures" in <c>docs/specification.md</c> of open-telemetry/opentelemetry-proto, and <c>google/rpc/status.proto</c>, <c>code.proto</c> and
/// <c>error_details.proto</c> in googleapis/googleapis. Programs send again what was answered with 429, 502, 503 or 504, and drop what was refused otherwise.
/// </remarks>
internal static class TracesRefusal
{
    public const string Protobuf = "application/x-protobuf";

    private const string BadRequest = "type.googleapis.com/google.rpc.BadRequest";
    private const int SecondsOfOthers = 1;
    private const int SecondsOfServer = 5;

    public static async Task SendAsync(HttpContext http, Failure failure)
    {
        var response = http.Response;
        response.StatusCode = failure.Status;
        if (IsForLater(failure.Status))
        {
            // Other requests end soon; a server that is away takes longer.
            response.Headers.RetryAfter = (failure.Code == FailureCodes.Busy ? SecondsOfOthers : SecondsOfServer).ToString(CultureInfo.InvariantCulture);
        }

        var (code, isBad) = (CodeOf(failure.Status), failure.Status == StatusCodes.Status400BadRequest);
        if (http.Request.ContentType?.Split(';')[0].Trim().Equals(Protobuf, StringComparison.OrdinalIgnoreCase) != true)
        {
            RpcBadRequestContract[]? details = isBad ? [new(BadRequest, [new RpcFieldViolationContract(failure.Detail)])] : null;
            await JsonAnswer.SendAsync(http, new RpcStatusContract(code, failure.Detail, details), ContractContext.Default.RpcStatusContract).ConfigureAwait(false);
            return;
        }

        response.ContentType = Protobuf;
        byte[] detail = isBad
            ? ProtobufBytes.Part(3, [.. ProtobufBytes.Text(1, BadRequest), .. ProtobufBytes.Part(2, ProtobufBytes.Part(1, ProtobufBytes.Text(2, failure.Detail)))])
            : [];
        await response.Body.WriteAsync((byte[])[.. ProtobufBytes.Number(1, code), .. ProtobufBytes.Text(2, failure.Detail), .. detail], http.RequestAborted).ConfigureAwait(false);
    }

    private static bool IsForLater(int status) =>
        status is StatusCodes.Status429TooManyRequests or StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout;

    // By the comments of google/rpc/code.proto.
    private static int CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => 16,
        StatusCodes.Status403Forbidden => 7,
        StatusCodes.Status404NotFound => 5,
        StatusCodes.Status409Conflict => 10,
        StatusCodes.Status429TooManyRequests or StatusCodes.Status507InsufficientStorage => 8,
        < 500 => 3,
        _ => IsForLater(status) ? 14 : 13,
    };
}
