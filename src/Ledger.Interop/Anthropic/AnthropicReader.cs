using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Conversations;
using Ledger.Interop.Detecting;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Anthropic;

/// <summary>Reads requests and responses of Anthropic's Messages: one document, or a conversation a line.</summary>
internal sealed class AnthropicReader : FormatReader
{
    private static readonly string[] OwnBlocks = ["tool_use", "tool_result", "thinking", "redacted_thinking", "server_tool_use", "document"];

    public override RecordingFormat Format => RecordingFormat.Anthropic;

    public override string Shape => "an object with 'messages', or a list of them, whose content are blocks such as 'tool_use' and 'tool_result'";

    public override double FitOfLine(JsonElement line) => line.ValueKind == JsonValueKind.Object ? FitOfDocument(line) : 0;

    public override double FitOfDocument(JsonElement document)
    {
        var messages = Messages(document);
        var isResponse = document.Text("type") == "message" && Has(document, "role", "content", "usage") == 1;
        var isOwn = isResponse || (messages.Count > 0 && (HasOwnMember(document) || messages.Take(50).Any(HasOwnBlock)));
        return isOwn && (isResponse || messages.Any(m => Has(m, "role", "content") == 1)) ? 1 : Has(document, "messages", "system") / 2;
    }

    public override ForeignRecording Read(RecordingSource source, string id)
    {
        (long, long)? cut = null;
        var whole = Transcripts.Of(source, id, (line, column) => cut = (line, column));
        var recording = ForeignRecording.Of(
            Format, null, [.. whole.Select(t => new Track(t.Id, extras => Events(t.Read(), extras)))]);
        recording.Cut = cut;
        return recording;
    }

    private IEnumerable<NewEvent> Events(JsonElement document, Extras extras)
    {
        var conversation = new Conversation(Format) { Actor = "assistant" };
        var fields = new Fields(document);
        var isResponse = document.Text("type") == "message" && document.Text("role") is not null;
        List<JsonElement> messages = isResponse ? [document] : [.. Messages(document)];
        if (!isResponse && document.ValueKind == JsonValueKind.Object)
        {
            Begin(conversation, fields, extras);
        }

        for (var i = 0; i < messages.Count; i++)
        {
            var message = new Fields(messages[i]);
            var place = new Place($"message-{i + 1}");
            if (messages[i].ValueKind != JsonValueKind.Object)
            {
                conversation.Note(place, "anthropic.entry", new JsonObject { ["value"] = messages[i].ToNode() });
                extras.Add("messages that are no objects");
            }
            else if (messages[i].Text("role") == "assistant")
            {
                AnthropicBlocks.Answer(conversation, place, message, [], null, extras);
            }
            else
            {
                AnthropicBlocks.Tell(conversation, place, message, [], extras);
            }

            foreach (var item in conversation.Take())
            {
                yield return item;
            }
        }
    }

    // The settings of a request, which the model's first answer follows from.
    private static void Begin(Conversation conversation, Fields document, Extras extras)
    {
        var (system, model, most) = (document.Any("system"), document.Text("model"), document.Count("max_tokens"));
        document.Skip("messages");
        conversation.Model = model;
        var more = new JsonObject();
        if (RecordedJson.SaysSomething(document.Json.Member("tools")))
        {
            more["tools"] = document.Any("tools").ToNode();
        }

        if (most is { } tokens)
        {
            more["max_tokens"] = tokens;
        }

        AnthropicBlocks.AddExtra(more, document.Rest(extras, ""));
        if (RecordedJson.SaysSomething(system) || more.Count > 0)
        {
            conversation.Tell(new Place("request"), new JsonObject { ["role"] = "system", ["content"] = system.ToNode() }, more);
        }
    }

    private static List<JsonElement> Messages(JsonElement document) => document.ValueKind == JsonValueKind.Array
        ? [.. document.EnumerateArray()]
        : [.. document.Items("messages")];

    private static bool HasOwnMember(JsonElement document) =>
        Has(document, "system") == 1 || Has(document, "anthropic_version") == 1 || (document.Text("model")?.StartsWith("claude", StringComparison.Ordinal) == true && Has(document, "max_tokens") == 1);

    private static bool HasOwnBlock(JsonElement message) => message.Items("content").Any(block => OwnBlocks.Contains(block.Text("type")));
}
