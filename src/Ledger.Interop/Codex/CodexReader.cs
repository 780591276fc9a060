using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Conversations;
using Ledger.Interop.Detecting;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Codex;

/// <summary>Reads session files (rollouts) of Codex, with and without the envelope of <c>timestamp</c>, <c>type</c> and <c>payload</c>.</summary>
internal sealed class CodexReader : FormatReader
{
    private static readonly string[] Types = ["session_meta", "response_item", "event_msg", "turn_context", "compacted"];

    public override RecordingFormat Format => RecordingFormat.Codex;

    public override string Shape => "lines with 'timestamp', 'type' and 'payload'";

    public override double FitOfLine(JsonElement line) => Math.Max(
        Types.Contains(line.Text("type")) ? Has(line, "timestamp", "payload") : Has(line, "timestamp", "type", "payload") * 0.9,
        IsOldHeader(line) ? 1 : line.Text("record_type") == "state" ? 1 : 0);

    public override double FitOfDocument(JsonElement document) => FitOfLine(document);

    public override ForeignRecording Read(RecordingSource source, string id)
    {
        (long, long)? cut = null;
        var recording = ForeignRecording.Of(
            Format,
            source.ReadJsonObjects((_, _) => { }).Take(1).Select(line => line.Json.Member("payload").Text("cli_version")).FirstOrDefault(),
            [new Track(id, extras => Events(source, extras, place => cut = place))]);
        recording.Cut = cut;
        return recording;
    }

    private IEnumerable<NewEvent> Events(RecordingSource source, Extras extras, Action<(long, long)> cut)
    {
        var conversation = new Conversation(Format) { Actor = "assistant" };
        var session = new CodexSession(conversation, extras);
        var isCut = false;
        foreach (var line in source.ReadJsonObjects((number, column) =>
        {
            isCut = true;
            cut((number, column));
        }))
        {
            session.Add(line);
            foreach (var item in conversation.Take())
            {
                yield return item;
            }
        }

        if (session.End(isCut) is { } unfinished)
        {
            cut((unfinished, 1));
        }

        foreach (var item in conversation.Take())
        {
            yield return item;
        }
    }

    internal static bool IsOldHeader(JsonElement line) =>
        line.Text("type") is null && Has(line, "id", "timestamp") == 1 && (Has(line, "instructions") == 1 || Has(line, "git") == 1);

    internal static bool IsEnvelope(JsonElement line) => line.Text("type") is not null && line.Member("payload").ValueKind == JsonValueKind.Object;

    internal static JsonObject Whole(JsonElement json) => json.ToNode() as JsonObject ?? [];
}
