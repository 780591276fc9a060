using System.Text.Json;
using Ledger.Interop.Detecting;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Reads exports of Langfuse; see <see cref="LangfuseForms"/>.</summary>
internal sealed class LangfuseReader : FormatReader
{
    public override RecordingFormat Format => RecordingFormat.Langfuse;

    public override string Shape => "observations with 'id', 'traceId', 'type' and 'startTime', or traces with 'observations'";

    public override double FitOfLine(JsonElement line) => LangfuseForms.IsObservation(line) || LangfuseForms.IsTrace(line) || LangfuseForms.IsDownload(line) ? 1 : IsPage(line) ? 1 : Has(line, "id", "traceId", "type", "startTime") / 2;

    public override double FitOfDocument(JsonElement document) => document.ValueKind == JsonValueKind.Array
        ? document.EnumerateArray().Take(1).Select(FitOfLine).FirstOrDefault()
        : FitOfLine(document);

    public override ForeignRecording Read(RecordingSource source, string id) => SpanTracks.Read(new LangfuseForms(), source, id);

    private static bool IsPage(JsonElement json) => json.Items("data").Take(1).Any(item => LangfuseForms.IsObservation(item) || LangfuseForms.IsTrace(item));
}
