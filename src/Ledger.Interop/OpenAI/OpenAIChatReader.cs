using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Conversations;
using Ledger.Interop.Detecting;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenAI;

/// <summary>Reads chat messages: a list, a request with its response, one of these a line (as for fine-tuning), or a message a line.</summary>
internal sealed class OpenAIChatReader : FormatReader
{
    public override RecordingFormat Format => RecordingFormat.OpenAIChat;

    public override string Shape => "an object with 'messages', or a list of messages with 'role' and 'content'";

    public override double FitOfLine(JsonElement line) => IsMessage(line) ? 1 : line.ValueKind == JsonValueKind.Object ? FitOfDocument(line) : 0;

    public override double FitOfDocument(JsonElement document)
    {
        var messages = MessagesOf(document);
        return messages.Count > 0 && messages.Any(IsMessage) && messages.All(m => m.ValueKind == JsonValueKind.Object) ? 1
            : IsCompletion(document) ? 1
            : Has(document, "messages", "model") / 2;
    }

    public override ForeignRecording Read(RecordingSource source, string id)
    {
        (long, long)? cut = null;
        var whole = Transcripts.Of(source, id, (line, column) => cut = (line, column));
        var isMessages = whole.Count > 0 && IsMessage(whole[0].Read());
        IReadOnlyList<Track> tracks = isMessages
            ? [new Track(id, extras => Events(default, whole.Select(t => t.Read()), extras))]
            : [.. whole.Select(t => new Track(t.Id, extras => t.Read() is var document ? Events(document, MessagesOf(document), extras) : []))];
        var recording = ForeignRecording.Of(Format, null, tracks);
        recording.Cut = cut;
        return recording;
    }

    private IEnumerable<NewEvent> Events(JsonElement document, IEnumerable<JsonElement> messages, Extras extras)
    {
        var conversation = new Conversation(Format) { Actor = "assistant" };
        var chat = new ChatMessages(conversation, extras);
        var fields = new Fields(document);
        var choices = fields.List("choices") ?? [];
        var usage = choices.Count > 0 ? fields.Any("usage") : default;
        Begin(conversation, fields, extras);
        var number = 0;
        foreach (var message in messages)
        {
            var place = new Place($"message-{++number}");
            if (message.ValueKind == JsonValueKind.Object)
            {
                chat.Add(place, new Fields(message));
            }
            else
            {
                conversation.Note(place, "openai.entry", new JsonObject { ["value"] = message.ToNode() });
                extras.Add("messages that are no objects");
            }

            foreach (var made in conversation.Take())
            {
                yield return made;
            }
        }

        // Several choices are answers to the same request; the first one is the conversation.
        for (var i = 0; i < choices.Count; i++)
        {
            var choice = new Fields(choices[i]);
            var message = choice.Object("message");
            var more = new JsonObject();
            if (choice.Text("finish_reason") is { } reason)
            {
                more["finish_reason"] = reason;
            }

            if (i == 0 && RecordedJson.SaysSomething(usage))
            {
                more["usage"] = usage.ToNode();
            }

            choice.Skip("index");
            AnthropicBlocks.AddExtra(more, choice.Rest(extras, "choices."));
            chat.Add(new Place(i == 0 ? "choice" : $"choice-{i + 1}"), message, more);
        }

        foreach (var made in conversation.Take())
        {
            yield return made;
        }
    }

    private static void Begin(Conversation conversation, Fields document, Extras extras)
    {
        if (document.Json.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        document.Skip("object");
        if (document.Json.Member("messages").ValueKind == JsonValueKind.Array)
        {
            document.Skip("messages");
        }

        conversation.Model = document.Text("model");
        var begun = new JsonObject();
        foreach (var name in new[] { "id", "tools", "max_tokens", "temperature" })
        {
            if (RecordedJson.SaysSomething(document.Json.Member(name)))
            {
                begun[name] = document.Any(name).ToNode();
            }
        }

        AnthropicBlocks.AddExtra(begun, document.Rest(extras, ""));
        if (begun.Count > 0)
        {
            conversation.Note(new Place("request"), "recording.started", begun);
        }
    }

    private static List<JsonElement> MessagesOf(JsonElement document) => document.ValueKind == JsonValueKind.Array
        ? [.. document.EnumerateArray()]
        : [.. document.Items("messages")];

    private static bool IsCompletion(JsonElement document) => document.Items("choices").Any(choice => choice.Member("message").ValueKind == JsonValueKind.Object);

    internal static bool IsMessage(JsonElement json) =>
        json.Text("role") is not null && (Has(json, "content") == 1 || Has(json, "tool_calls") == 1 || Has(json, "function_call") == 1);
}
