using System.Text.Json;
using Ledger.Interop.Detecting;
using Ledger.Interop.Reading;

namespace Ledger.Interop.SweAgent;

/// <summary>Reads trajectories of SWE-agent; see <see cref="Trajectory"/>.</summary>
internal sealed class SweAgentReader : FormatReader
{
    public override RecordingFormat Format => RecordingFormat.SweAgent;

    public override string Shape => "an object with 'trajectory', 'history' or 'attempts', and 'info'";

    public override double FitOfDocument(JsonElement document) =>
        IsList(document, "trajectory") || IsList(document, "attempts") || (IsList(document, "history") && (Has(document, "instance_id") == 0))
            ? 1
            : Has(document, "trajectory", "history", "info", "environment") / 2;

    public override ForeignRecording Read(RecordingSource source, string id) => Trajectory.ReadRecording(() => source.ReadAll(), id);

    private static bool IsList(JsonElement document, string name) => document.Member(name).ValueKind == JsonValueKind.Array;
}
