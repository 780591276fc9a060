using System.Text.Json;
using Ledger.Interop.Detecting;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Reads exports of traces in OTLP/JSON, a document or one a line: a run for each conversation.</summary>
/// <remarks>
/// The form is that of <c>TracesData</c> in open-telemetry/opentelemetry-proto, <c>opentelemetry/proto/trace/v1/trace.proto</c>, in the JSON encoding of the OTLP
/// specification, which the file exporter of the collector writes a line at a time. The meaning of spans is that of the GenAI conventions in
/// open-telemetry/semantic-conventions, <c>docs/gen-ai</c>; see <see cref="GenAiContent"/> for their versions.
/// </remarks>
internal sealed class OtlpReader : FormatReader
{
    public override RecordingFormat Format => RecordingFormat.Otlp;

    public override string Shape => "an object with 'resourceSpans'";

    public override double FitOfLine(JsonElement line) => line.Member("resourceSpans").ValueKind == JsonValueKind.Array ? 1 : Has(line, "traceId", "spanId", "startTimeUnixNano") / 2;

    public override double FitOfDocument(JsonElement document) => document.ValueKind == JsonValueKind.Array
        ? document.EnumerateArray().Select(FitOfLine).FirstOrDefault()
        : FitOfLine(document);

    public override ForeignRecording Read(RecordingSource source, string id) => SpanTracks.Read(new OtlpForms(), source, id);
}
