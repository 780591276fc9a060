using System.Text.Json;
using Ledger.Interop.Detecting;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Reads exports of Phoenix, and spans of the console exporter for Python; see <see cref="PhoenixForms"/>.</summary>
internal sealed class PhoenixReader : FormatReader
{
    public override RecordingFormat Format => RecordingFormat.Phoenix;

    public override string Shape => "spans with 'context', 'start_time' and 'attributes'";

    public override double FitOfLine(JsonElement line) => PhoenixForms.IsSpan(line) ? 1 : line.Items("data").Take(1).Any(PhoenixForms.IsSpan) ? 1 : Has(line, "context", "start_time", "attributes") / 2;

    public override double FitOfDocument(JsonElement document) => document.ValueKind == JsonValueKind.Array
        ? document.EnumerateArray().Take(1).Select(FitOfLine).FirstOrDefault()
        : FitOfLine(document);

    public override ForeignRecording Read(RecordingSource source, string id) => SpanTracks.Read(new PhoenixForms(), source, id);
}
