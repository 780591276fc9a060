using System.Text.Json;
using Ledger.Interop.Conversations;
using Ledger.Interop.Detecting;
using Ledger.Interop.Reading;

namespace Ledger.Interop.ClaudeCode;

/// <summary>Reads session files of Claude Code: a run, and a branch for each subagent and for each continuation of an earlier message.</summary>
internal sealed class ClaudeCodeReader : FormatReader
{
    public override RecordingFormat Format => RecordingFormat.ClaudeCode;

    public override string Shape => "lines with 'type', 'uuid', 'parentUuid', 'sessionId' and 'message'";

    public override double FitOfLine(JsonElement line) => Math.Max(
        line.Text("type") is "user" or "assistant" or "system" or "attachment" or "progress" ? Has(line, "uuid", "parentUuid", "sessionId") : Has(line, "uuid", "parentUuid", "sessionId") / 2,
        line.Text("type") == "summary" ? Has(line, "summary", "leafUuid") : 0);

    public override double FitOfDocument(JsonElement document) => FitOfLine(document);

    public override ForeignRecording Read(RecordingSource source, string id)
    {
        (long, long)? cut = null;
        var session = new ClaudeCodeSession(source, id);
        foreach (var _ in session.Read(new Extras(), (line, column) => cut = (line, column)))
        {
            // Finds the branches.
        }

        var recording = ForeignRecording.Of(Format, session.Version, new SpooledTracks(extras => new ClaudeCodeSession(source, id).Read(extras, (_, _) => { })).Of([.. session.Branches.Select(branch => branch.Id)]));
        recording.Cut = cut;
        return recording;
    }
}
