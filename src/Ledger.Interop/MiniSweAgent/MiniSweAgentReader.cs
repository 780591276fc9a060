using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ledger.Interop.Anthropic;
using Ledger.Interop.Conversations;
using Ledger.Interop.Detecting;
using Ledger.Interop.OpenAI;
using Ledger.Interop.Reading;

namespace Ledger.Interop.MiniSweAgent;

/// <summary>Reads trajectories of mini-swe-agent: <c>info</c> and <c>messages</c>, or the messages alone. A command in a block of code is a call of <c>bash</c>, the next message its result.</summary>
internal sealed partial class MiniSweAgentReader : FormatReader
{
    public override RecordingFormat Format => RecordingFormat.MiniSweAgent;

    public override string Shape => "an object with 'info', 'messages' and 'trajectory_format', or a list of messages with commands in blocks of code";

    public override double FitOfDocument(JsonElement document) =>
        document.Text("trajectory_format")?.StartsWith("mini-swe-agent", StringComparison.Ordinal) == true && Has(document, "messages") == 1 ? 1
        : Has(document, "info", "messages") == 1 && Has(document.Member("info"), "model_stats", "exit_status") > 0 ? 1
        : document.ValueKind == JsonValueKind.Array && document.EnumerateArray().Any(m => IsOwnBlock(m)) ? 1
        : Has(document, "info", "messages", "trajectory_format") / 2;

    public override ForeignRecording Read(RecordingSource source, string id)
    {
        var format = source.ReadDocument().Text("trajectory_format");
        return ForeignRecording.Of(Format, format, [new Track(id, extras => Events(source.ReadDocument(), extras))]);
    }

    private List<NewEvent> Events(JsonElement document, Extras extras)
    {
        var conversation = new Conversation(Format);
        var chat = new ChatMessages(conversation, extras);
        var fields = new Fields(document);
        var isList = document.ValueKind == JsonValueKind.Array;
        var messages = isList ? [.. document.EnumerateArray()] : fields.List("messages") ?? [];
        var info = fields.Object("info");
        if (!isList)
        {
            Begin(conversation, info, fields.Text("trajectory_format"));
        }

        var isWaiting = false;
        for (var i = 0; i < messages.Count; i++)
        {
            var message = new Fields(messages[i]);
            var extra = message.Object("extra");
            var place = new Place($"message-{i + 1}", message.Time("timestamp") ?? extra.Time("timestamp"));
            if (messages[i].ValueKind != JsonValueKind.Object)
            {
                conversation.Note(place, "mini-swe-agent.entry", new JsonObject { ["value"] = messages[i].ToNode() });
                extras.Add("messages that are no objects");
            }
            else if (message.Peek("role") == "assistant")
            {
                isWaiting = AddAnswer(conversation, chat, place, message, extra);
            }
            else if (isWaiting && message.Peek("role") == "user")
            {
                isWaiting = false;
                AddResult(conversation, place, message, extra, extras);
            }
            else
            {
                chat.Add(place, message, Of(extra));
            }
        }

        if (!isList)
        {
            End(conversation, info, fields, extras);
        }

        return [.. conversation.Take()];
    }

    private static bool AddAnswer(Conversation conversation, ChatMessages chat, Place place, Fields message, Fields extra)
    {
        var response = extra.Json.Member("response");
        var cost = extra.Price("cost");
        var more = Of(extra) ?? [];
        if (response.Member("usage").ValueKind == JsonValueKind.Object)
        {
            more["usage"] = response.Member("usage").ToNode();
        }

        conversation.Model = response.Text("model") ?? conversation.Model;
        var text = Content.TextOf(message.Json.Member("content"));
        var hasCalls = message.Json.Items("tool_calls").Any();
        chat.Add(place, message, more, cost);
        if (hasCalls || text is null || Command().Matches(text) is not [var command])
        {
            return false;
        }

        conversation.Call(
            place.Of("call"), "bash", RecordedJson.ToElement(new JsonObject { ["command"] = command.Groups["command"].Value }), null);
        return true;
    }

    private static void AddResult(Conversation conversation, Place place, Fields message, Fields extra, Extras extras)
    {
        message.Skip("role");
        var content = message.Any("content");
        var more = Of(extra) ?? [];
        AnthropicBlocks.AddExtra(more, message.Rest(extras, "messages."));
        if (Content.TextOf(content) is { } text && ReturnCode().Match(text) is { Success: true } code && int.TryParse(code.Groups["code"].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            more["return_code"] = number;
        }

        conversation.Return(place, null, content, more);
    }

    private static void Begin(Conversation conversation, Fields info, string? format)
    {
        var begun = new JsonObject();
        if (format is not null)
        {
            begun["format"] = format;
        }

        if (info.Text("mini_version") is { } version)
        {
            begun["version"] = version;
        }

        conversation.Model = info.Json.Member("config").Member("model").Text("model_name");
        if (RecordedJson.SaysSomething(info.Json.Member("config")))
        {
            begun["config"] = info.Any("config").ToNode();
        }

        if (begun.Count > 0)
        {
            conversation.Note(new Place("started"), "recording.started", begun);
        }
    }

    private static void End(Conversation conversation, Fields info, Fields document, Extras extras)
    {
        var ended = new JsonObject();
        foreach (var name in new[] { "exit_status", "submission", "model_stats" })
        {
            if (RecordedJson.SaysSomething(info.Json.Member(name)))
            {
                ended[name] = info.Any(name).ToNode();
            }
        }

        AnthropicBlocks.AddExtra(ended, info.Rest(extras, "info."));
        AnthropicBlocks.AddExtra(ended, document.Rest(extras, ""));
        conversation.End(ended, StatedTotal.Of(info.Json.Member("model_stats"), "instance_cost", "tokens_sent", "tokens_received"));
    }

    private static JsonObject? Of(Fields extra) => RecordedJson.SaysSomething(extra.Json) ? new JsonObject { ["agent_extra"] = extra.Json.ToNode() } : null;

    private static bool IsOwnBlock(JsonElement message) =>
        message.Text("role") == "assistant" && Content.TextOf(message.Member("content")) is { } text && text.Contains("```mswea_bash_command", StringComparison.Ordinal);

    [GeneratedRegex(@"```(mswea_bash_command|bash)\s*\n(?<command>.*?)\n```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Command();

    [GeneratedRegex(@"\A<returncode>(?<code>-?[0-9]{1,9})</returncode>")]
    private static partial Regex ReturnCode();
}
