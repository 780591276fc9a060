using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ledger.Interop.Conversations;
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

    public override ForeignRecording Read(RecordingSource source, string id)
    {
        var index = SpanIndex.Of(source);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var tracks = new List<Track>();
        foreach (var (name, spans) in index.Conversations())
        {
            var run = new SpanRun(source, index, spans);
            var isFirst = tracks.Count == 0;
            tracks.Add(new Track(IdOf(id, name, ids), extras =>
            {
                if (isFirst && index.Repeated > 0)
                {
                    extras.Add("repeated spans", index.Repeated);
                }

                return run.Read(extras);
            }) { IsUnordered = true });
        }

        var recording = ForeignRecording.Of(Format, null, tracks);
        recording.Cut = index.Cut;
        return recording;
    }

    // The first conversation of a file stays the first as the file grows.
    private static string IdOf(string id, string name, HashSet<string> ids)
    {
        var of = name.Length <= 100 && Log.TextRules.FaultOf(name) is null && name == name.Trim() ? name : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8));
        var run = ids.Count == 0 ? id : $"{id}-{of}";
        for (var number = 2; !ids.Add(run); number++)
        {
            run = $"{id}-{of}-{number}";
        }

        return run;
    }
}
