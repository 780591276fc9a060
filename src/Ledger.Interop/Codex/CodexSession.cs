using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Conversations;
using Ledger.Interop.OpenAI;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Codex;

/// <summary>Takes the lines of a session in order.</summary>
internal sealed class CodexSession(Conversation conversation, Extras extras)
{
    // What the program says when a turn is over, so that no usage follows.
    private static readonly string[] TurnEnds = ["task_complete", "turn_complete", "turn_aborted", "error", "shutdown_complete"];

    private static readonly string[] Repeating = ["user_message", "agent_message", "agent_reasoning", "agent_reasoning_raw_content"];

    private readonly ResponseItems _items = new(conversation, extras);
    private string? _total;
    private long _heldSince;
    private bool _hasUsage;

    /// <summary>Takes the next line.</summary>
    public void Add(JsonLine line)
    {
        var fields = new Fields(line.Json);
        var place = new Place(string.Create(CultureInfo.InvariantCulture, $"line-{line.Number}"), fields.Time("timestamp"));
        if (!CodexReader.IsEnvelope(line.Json))
        {
            AddPlain(place, line);
            return;
        }

        var type = fields.Text("type")!;
        var payload = fields.Object("payload");
        var rest = fields.Rest(extras, "");
        if (type == "response_item" && ResponseItems.IsItem(payload.Json))
        {
            AddItem(place, payload.Json, line.Number);
        }
        else if (type == "event_msg" && payload.Peek("type") == "token_count")
        {
            AddUsage(place, payload);
        }
        else if (type == "event_msg" && Repeating.Contains(payload.Peek("type")) && Repeats(payload.Json))
        {
            extras.Add($"event_msg.{payload.Peek("type")}, which repeats a response_item");
        }
        else
        {
            AddNote(place, type, payload.Json);
        }

        if (rest is not null)
        {
            conversation.Note(place.Of("extra"), "codex.extra", new JsonObject { ["extra"] = rest });
        }
    }

    /// <summary>Ends the session.</summary>
    /// <returns>The line of an answer that was left out, because the file ends before its usage, which it will have once the session goes on; null for none.</returns>
    public long? End(bool isCut)
    {
        if (_items.IsHolding && (_hasUsage || isCut))
        {
            return _heldSince;
        }

        _items.Release(null);
        return null;
    }

    private void AddPlain(Place place, JsonLine line)
    {
        if (CodexReader.IsOldHeader(line.Json))
        {
            AddNote(place, "session_meta", line.Json);
        }
        else if (ResponseItems.IsItem(line.Json))
        {
            AddItem(place, line.Json, line.Number);
        }
        else
        {
            AddNote(place, line.Json.Text("record_type") is { Length: > 0 and < 100 } kind && Log.TextRules.FaultOf(kind) is null ? kind : "entry", line.Json);
        }
    }

    private void AddItem(Place place, JsonElement item, long line)
    {
        if (!_items.IsHolding)
        {
            _heldSince = line;
        }

        _items.Add(place, item);
    }

    private void AddNote(Place place, string type, JsonElement payload)
    {
        // An answer is complete when a turn is; what a program remarks meanwhile does not end it.
        if (type != "event_msg" || TurnEnds.Contains(payload.Text("type")))
        {
            _items.Release(null);
        }

        if (payload.Text("model") is { } model && type is "turn_context" or "session_meta")
        {
            conversation.Model = model;
        }

        var kind = type == "event_msg" ? $"event_msg.{payload.Text("type") ?? "entry"}" : type;
        var name = type == "compacted" ? "conversation.compacted" : $"codex.{(kind.Length < 200 && Log.TextRules.FaultOf(kind) is null ? kind : "entry")}";
        conversation.Note(place, name, CodexReader.Whole(payload));
    }

    // The usage of the answer whose items are held; repeated where only the limits have changed.
    private void AddUsage(Place place, Fields payload)
    {
        var info = payload.Json.Member("info");
        var total = info.Member("total_token_usage");
        var last = info.Member("last_token_usage");
        if (!_items.IsHolding || last.ValueKind != JsonValueKind.Object || total.GetRawTextOrNull() == _total)
        {
            conversation.Note(place, "codex.token_count", CodexReader.Whole(payload.Json));
            return;
        }

        (_total, _hasUsage) = (total.GetRawTextOrNull(), true);
        var more = new JsonObject { ["usage"] = last.ToNode() };
        foreach (var (name, to) in new[] { ("cached_input_tokens", "cached_tokens"), ("reasoning_output_tokens", "reasoning_tokens") })
        {
            if (last.Member(name).ValueKind == JsonValueKind.Number)
            {
                more[to] = last.Member(name).ToNode();
            }
        }

        AnthropicBlocks.AddExtra(more, Limits(payload));
        _items.Release(more);
    }

    private static JsonObject? Limits(Fields payload)
    {
        var kept = new JsonObject();
        payload.Skip("type", "info");
        foreach (var (name, value) in payload.Rest(new Extras(), "") ?? [])
        {
            kept[name] = value?.DeepClone();
        }

        var info = new Fields(payload.Json.Member("info"));
        info.Skip("last_token_usage");
        foreach (var (name, value) in info.Rest(new Extras(), "") ?? [])
        {
            kept[name] = value?.DeepClone();
        }

        return kept.Count == 0 ? null : kept;
    }

    private bool Repeats(JsonElement payload) => (payload.Text("message") ?? payload.Text("text")) is { } text && _items.LastTexts.Any(said => said.Contains(text, StringComparison.Ordinal));
}
