using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Conversations;
using Ledger.Interop.Detecting;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenAI;

/// <summary>Reads OpenAI's Responses: a list of items, a request with its response, or one of these a line.</summary>
internal sealed class OpenAIResponsesReader : FormatReader
{
    private static readonly string[] OwnItems = ["function_call", "function_call_output", "reasoning", "custom_tool_call", "custom_tool_call_output", "web_search_call"];

    public override RecordingFormat Format => RecordingFormat.OpenAIResponses;

    public override string Shape => "a response with 'output', or a list of items such as 'message', 'reasoning' and 'function_call'";

    public override double FitOfLine(JsonElement line) => line.ValueKind == JsonValueKind.Object ? FitOfDocument(line) : 0;

    public override double FitOfDocument(JsonElement document)
    {
        var items = ItemsOf(document).Take(50).ToList();
        var isOwn = items.Any(i => OwnItems.Contains(i.Text("type")))
            || (document.Text("object") == "response" && document.Items("output").Any())
            || items.Any(i => i.Text("type") == "message" && i.Items("content").Any(c => c.Text("type") is "input_text" or "output_text"));
        return isOwn ? 1 : Has(document, "object", "output", "instructions") / 2;
    }

    public override ForeignRecording Read(RecordingSource source, string id)
    {
        (long, long)? cut = null;
        var whole = Transcripts.Of(source, id, (line, column) => cut = (line, column));

        // Lines that are items are one conversation, lines that are responses one each.
        var isItems = whole.Count > 1 && ResponseItems.IsItem(whole[0].Read());
        IReadOnlyList<Track> tracks = isItems
            ? [new Track(id, extras => Events(whole.Select(t => t.Read()), default, extras))]
            : [.. whole.Select(t => new Track(t.Id, extras => t.Read() is var document ? Events(ItemsOf(document), document, extras) : []))];
        var recording = ForeignRecording.Of(Format, null, tracks);
        recording.Cut = cut;
        return recording;
    }

    private IEnumerable<NewEvent> Events(IEnumerable<JsonElement> all, JsonElement document, Extras extras)
    {
        var conversation = new Conversation(Format) { Actor = "assistant" };
        var items = new ResponseItems(conversation, extras);
        var fields = new Fields(document);
        JsonObject? ofAnswer = null;
        if (document.ValueKind == JsonValueKind.Object)
        {
            ofAnswer = Begin(conversation, fields, extras);
        }

        var number = 0;
        foreach (var item in all)
        {
            var place = new Place($"item-{++number}");
            if (ResponseItems.IsItem(item))
            {
                items.Add(place, item);
            }
            else
            {
                items.Release(null);
                conversation.Note(place, "openai.item", item.ToNode() as JsonObject ?? new JsonObject { ["value"] = item.ToNode() });
                extras.Add("items of an unknown type");
            }

            foreach (var made in conversation.Take())
            {
                yield return made;
            }
        }

        if (items.IsHolding)
        {
            items.Release(ofAnswer);
        }
        else if (ofAnswer is { Count: > 0 })
        {
            conversation.Note(new Place("response"), "openai.response", ofAnswer);
        }

        foreach (var made in conversation.Take())
        {
            yield return made;
        }
    }

    // The instructions are told to the model; the rest belongs to the answer.
    private static JsonObject Begin(Conversation conversation, Fields document, Extras extras)
    {
        document.Skip("output", "object");
        conversation.Model = document.Text("model");
        if (document.Json.Member("input").ValueKind == JsonValueKind.Array)
        {
            document.Skip("input");
        }

        var instructions = document.Any("instructions");
        if (RecordedJson.SaysSomething(instructions))
        {
            conversation.Tell(new Place("instructions"), new JsonObject { ["role"] = "system", ["content"] = instructions.ToNode() });
        }

        if (document.Text("input") is { } input)
        {
            conversation.Tell(new Place("input"), new JsonObject { ["role"] = "user", ["content"] = input });
        }

        var more = new JsonObject();
        foreach (var name in new[] { "id", "status", "usage", "error", "incomplete_details", "tools" })
        {
            if (RecordedJson.SaysSomething(document.Json.Member(name)))
            {
                more[name == "id" ? "response_id" : name] = document.Any(name).ToNode();
            }
        }

        AnthropicBlocks.AddExtra(more, document.Rest(extras, ""));
        return more;
    }

    private static IEnumerable<JsonElement> ItemsOf(JsonElement document) => document.ValueKind == JsonValueKind.Array
        ? document.EnumerateArray()
        : ResponseItems.IsItem(document) && document.Text("object") is null ? [document] : document.Items("input").Concat(document.Items("output"));
}
