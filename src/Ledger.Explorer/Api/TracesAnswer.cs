using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Ledger.Interop;

namespace Ledger.Explorer.Api;

/// <summary>The answer of OTLP over HTTP: an <c>ExportTraceServiceResponse</c>, empty if all spans were taken.</summary>
/// <remarks>Of <c>opentelemetry/proto/collector/trace/v1/trace_service.proto</c> in open-telemetry/opentelemetry-proto.</remarks>
internal static class TracesAnswer
{
    private const int MostSentences = 5;

    /// <summary>The number of spans that should have been taken and were not, and why, or what else is to be said; null for nothing.</summary>
    public static (long Rejected, string? Message) Of(TraceImportResult result)
    {
        string[] sentences =
        [
            .. result.Faults.Take(MostSentences),
            .. result.LeftOutSpans > 0 ? [$"Left out, because no span of their traces is of the GenAI conventions: {result.LeftOutSpans:N0}."] : Array.Empty<string>(),
            .. result.Runs.Where(run => run.Note is not null).Select(run => $"{run.Stream}: {run.Note}").Take(MostSentences),
        ];
        return (result.RejectedSpans, sentences.Length > 0 ? string.Join(' ', sentences) : null);
    }

    /// <summary>The answer as JSON.</summary>
    public static byte[] ToJson(long rejected, string? message) => message is null ? "{}"u8.ToArray() : Encoding.UTF8.GetBytes(new JsonObject
    {
        // As OTLP writes integers of 64 bits.
        ["partialSuccess"] = new JsonObject { ["rejectedSpans"] = rejected.ToString(CultureInfo.InvariantCulture), ["errorMessage"] = message },
    }.ToJsonString());

    /// <summary>The answer in the binary form.</summary>
    public static byte[] ToProtobuf(long rejected, string? message)
    {
        if (message is null)
        {
            return [];
        }

        return ProtobufBytes.Part(1, [.. ProtobufBytes.Number(1, rejected), .. ProtobufBytes.Text(2, message)]);
    }
}
