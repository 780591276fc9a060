using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Exporting;

/// <summary>The calls of models.</summary>
internal sealed partial class TurnSpans
{
    // The settings of a request, without its messages.
    private JsonObject RequestOf(Turn turn, params ReadOnlySpan<string> names)
    {
        var request = new JsonObject();
        foreach (var member in turn.Data.ValueKind == JsonValueKind.Object ? turn.Data.EnumerateObject().AsEnumerable() : [])
        {
            var name = RecordedJson.NameOf(member);
            if (names.Contains(name))
            {
                request[name] = member.Value.ToNode();
            }
            else if (name != "messages")
            {
                report.Leave($"{turn.Event.Type}.{name}");
            }
        }

        return request;
    }

    // Ledger's own request has its settings each time; the instructions are its first message.
    private void Ask(Asked asked)
    {
        _told = TimeOf(asked);
        _request = RequestOf(asked, "model", "max_tokens", "temperature", "tools", "instructions");
        _request.Remove("instructions");
        JsonNode[] tools = [.. ChatForm.FunctionsOf(asked.Data.Member("tools")).Select(function => FlatOf(function))];
        if (tools.Length > 0)
        {
            _request["tools"] = new JsonArray(tools);
        }
    }

    private JsonObject Begin(Turn turn, ulong start, string? model)
    {
        var begin = new JsonObject { ["messages"] = _messages.DeepClone(), ["operation"] = "chat", ["conversation_id"] = run.Id };
        foreach (var (name, value) in _request ?? [])
        {
            if (value is not null)
            {
                begin[name] = value.DeepClone();
            }
        }

        if (model is not null)
        {
            begin.TryAdd("model", model);
        }

        if (turn.Data.Text("provider") is { } provider)
        {
            begin["provider"] = provider;
        }

        begin["agent"] = new JsonObject { ["name"] = turn.Event.Metadata.Actor ?? "agent" };
        begin["span"] = SpanOf(Id(turn.Event.Id.ToString(), 8), _root, begin["model"] is { } named ? $"chat {named}" : "chat", 3, start);
        return begin;
    }

    private void Answer(Answered answered)
    {
        var start = _told == 0 ? TimeOf(answered) : _told;
        var time = TimeOf(answered);
        var data = answered.Data;
        _agent ??= answered.Event.Metadata.Actor;
        var begin = Begin(answered, start, data.Text("model"));
        (_request, _told) = (null, 0);
        var end = EndOfAnswer(answered);
        if (_leftOut > 0)
        {
            end["extra"] ??= new JsonObject { ["attributes"] = new JsonObject() };
            end["extra"]!["attributes"]!["ledger.messages_left_out"] = _leftOut;
        }

        end["span"] = EndOf(time, data.Member("error"));
        _pending = (begin, end);
        _saysItsCalls = RunTurns.IsOwn(answered.Event) && data.Member("messages").ValueKind == JsonValueKind.Array;
        _answer = new JsonObject { ["role"] = "assistant", ["content"] = (end["content"] ?? end["text"])?.DeepClone() };
        if (end["tool_calls"] is JsonArray calls)
        {
            _answer["tool_calls"] = calls.DeepClone();
        }

        AddMessage(_answer);
    }

    private static JsonObject EndOfAnswer(Answered answered)
    {
        var data = answered.Data;
        var end = data.ToNode() as JsonObject ?? [];
        end.Remove("usage");
        AddUsage(end, data);
        if (data.Member("extra") is { ValueKind: not JsonValueKind.Undefined } extra)
        {
            end["extra"] = new JsonObject { ["attributes"] = new JsonObject { ["ledger.extra"] = extra.ToNode() } };
        }

        if (RunTurns.IsOwn(answered.Event))
        {
            ChatForm.Flatten(end);
        }

        if (answered.Calls.Count > 0)
        {
            end["tool_calls"] = answered.Calls.DeepClone();
        }

        return end;
    }

    // The call of a model that failed has no answer; the next one is made with the same messages.
    private IEnumerable<JsonObject> Fail(Failed failed)
    {
        var start = _told;
        var time = TimeOf(failed);
        var end = new JsonObject { ["span"] = EndOf(time, failed.Data.Member("error")), ["error_type"] = TypeOf(failed.Data.Text("error")) };
        if (failed.CallId is not { } callId)
        {
            _told = time;
            return [SpanForm.Of("llm.request", RecordedJson.ToElement(Begin(failed, start == 0 ? time : start, null)), RecordedJson.ToElement(end))];
        }

        _failed.Add(callId);
        if (!_calls.Remove(callId, out var call))
        {
            return [];
        }

        Bytes -= call.GetRawText().Length;
        return [SpanForm.Of("tool.called", call, RecordedJson.ToElement(end))];
    }

    // Errors of Ledger begin with the name of their type.
    private static string TypeOf(string? error) => error?.IndexOf(": ", StringComparison.Ordinal) is > 0 and var length
        && error[..length].All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '`' or '+') ? error[..length] : "_OTHER";

    // The conventions have the members of a function beside its type.
    private static JsonObject FlatOf(JsonObject function)
    {
        var flat = new JsonObject { ["type"] = "function" };
        foreach (var (name, value) in function)
        {
            flat[name] = value?.DeepClone();
        }

        return flat;
    }
}
