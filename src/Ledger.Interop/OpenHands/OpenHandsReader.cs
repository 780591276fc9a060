using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Conversations;
using Ledger.Interop.Detecting;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenHands;

/// <summary>Reads events of OpenHands, of the first version and of its SDK: a list, an event a line, or evaluation output, which has them as <c>history</c>, one run a line.</summary>
internal sealed class OpenHandsReader : FormatReader
{
    public override RecordingFormat Format => RecordingFormat.OpenHands;

    public override string Shape => "a list of events with 'source', 'action' or 'observation', or an object with 'instance_id' and 'history'";

    public override double FitOfLine(JsonElement line) => Math.Max(IsEvent(line) ? 1 : 0, line.ValueKind == JsonValueKind.Object ? FitOfDocument(line) : 0);

    public override double FitOfDocument(JsonElement document)
    {
        if (document.ValueKind == JsonValueKind.Array)
        {
            return document.EnumerateArray().Take(10).Any(IsEvent) ? 1 : 0;
        }

        var history = Flat(document).Take(10).ToList();
        return Has(document, "instance_id", "history") == 1 && (history.Count == 0 || history.Exists(IsEvent)) ? 1
            : history.Exists(IsEvent) ? 1
            : IsEvent(document) ? 1
            : Has(document, "instance_id", "history", "metadata") / 2;
    }

    public override ForeignRecording Read(RecordingSource source, string id)
    {
        (long, long)? cut = null;
        var whole = Transcripts.Of(source, id, (line, column) => cut = (line, column));
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var isEvents = whole.Count > 0 && IsEvent(whole[0].Read());
        IReadOnlyList<Track> tracks = isEvents
            ? [new Track(id, extras => Events(default, whole.Select(t => t.Read()), extras))]
            : [.. whole.Select(t => new Track(IdOf(t, id, ids), extras => t.Read() is var document ? Events(document, EventsOf(document), extras) : []))];
        var recording = ForeignRecording.Of(Format, null, tracks);
        recording.Cut = cut;
        return recording;
    }

    // A line is named by its instance even if it is the only one: evaluation output grows by a line for each.
    private static string IdOf(Transcript transcript, string id, HashSet<string> ids)
    {
        var instance = transcript.IsLine ? transcript.Read().Text("instance_id") : null;
        var named = instance is { Length: > 0 and < 200 } && Log.TextRules.FaultOf(instance) is null ? $"{id}-{instance}" : transcript.Id;
        return ids.Add(named) ? named : transcript.Id;
    }

    private IEnumerable<NewEvent> Events(JsonElement document, IEnumerable<JsonElement> events, Extras extras)
    {
        var conversation = new Conversation(Format);
        var session = new OpenHandsSession(conversation, extras);
        var fields = new Fields(document.ValueKind == JsonValueKind.Object ? document : default);
        if (document.ValueKind == JsonValueKind.Object)
        {
            Begin(conversation, fields);
        }

        var number = 0;
        foreach (var json in events)
        {
            session.Add(json, ++number);
            foreach (var item in conversation.Take())
            {
                yield return item;
            }
        }

        if (document.ValueKind == JsonValueKind.Object)
        {
            End(conversation, fields, extras);
        }

        foreach (var item in conversation.Take())
        {
            yield return item;
        }
    }

    private static void Begin(Conversation conversation, Fields document)
    {
        document.Skip(document.Json.Member("history").ValueKind == JsonValueKind.Array ? "history" : "trajectory");
        var begun = new JsonObject();
        foreach (var name in new[] { "instance_id", "instruction", "metadata", "instance" })
        {
            if (RecordedJson.SaysSomething(document.Json.Member(name)))
            {
                begun[name] = document.Any(name).ToNode();
            }
        }

        if (begun.Count > 0)
        {
            conversation.Note(new Place("started"), "recording.started", begun);
        }
    }

    private static void End(Conversation conversation, Fields document, Extras extras)
    {
        var ended = new JsonObject();
        foreach (var name in new[] { "metrics", "error", "test_result" })
        {
            if (RecordedJson.SaysSomething(document.Json.Member(name)))
            {
                ended[name] = document.Any(name).ToNode();
            }
        }

        AnthropicBlocks.AddExtra(ended, document.Rest(extras, ""));
        var metrics = document.Json.Member("metrics");
        var tokens = StatedTotal.Of(metrics.Member("accumulated_token_usage"), "", "prompt_tokens", "completion_tokens");
        conversation.End(ended, StatedTotal.Of(metrics, "accumulated_cost", "", "") with { InputTokens = tokens.InputTokens, OutputTokens = tokens.OutputTokens });
    }

    private static IEnumerable<JsonElement> EventsOf(JsonElement document) =>
        document.ValueKind == JsonValueKind.Array ? document.EnumerateArray() : Flat(document);

    // Older files have pairs of an action and its observation.
    private static IEnumerable<JsonElement> Flat(JsonElement document) => document.Items("history").Concat(document.Items("history").Any() ? [] : document.Items("trajectory"))
        .SelectMany(item => item.ValueKind == JsonValueKind.Array ? item.EnumerateArray().AsEnumerable() : [item]);

    private static bool IsEvent(JsonElement json) => OpenHandsSdkEvents.IsEvent(json)
        || (Has(json, "action") == 1 && Has(json, "args", "source") > 0) || (Has(json, "observation") == 1 && Has(json, "content", "extras", "source") > 0.5);
}
