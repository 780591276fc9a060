using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;
using Ledger.Json;

namespace Ledger.Interop.Exporting;

/// <summary>Writes the conversations of a run as lines of <c>{"messages": […]}</c>.</summary>
internal static class ChatExport
{
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLinesAsync(Run run, ExportReport report, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var messages = new JsonArray();
        JsonObject? answer = null;
        JsonArray tools = [];
        await foreach (var turn in new RunTurns().ReadAsync(run, cancellationToken).ConfigureAwait(false))
        {
            switch (turn)
            {
                case Told told:
                    if (told.Begins && messages.Count > 0)
                    {
                        yield return Line(messages, tools);
                        (messages, tools) = ([], []);
                    }

                    answer = null;
                    messages.AddNode(told.Message);
                    break;
                case Asked asked:
                    tools = ChatForm.ToolsOf(asked.Data.Member("tools")) is { Count: > 0 } offered ? offered : tools;
                    break;
                case Answered answered:
                    answer = ChatForm.AnswerOf(answered);
                    messages.AddNode(answer);
                    break;
                case Called called:
                    if (answer is null)
                    {
                        answer = new JsonObject { ["role"] = "assistant", ["content"] = null };
                        messages.AddNode(answer);
                    }

                    if (answer["tool_calls"] is not JsonArray calls)
                    {
                        answer["tool_calls"] = calls = [];
                    }

                    if (called.IsAgain && calls.Any(call => call?["id"]?.ToString() == called.CallId))
                    {
                        // Made again after a failure.
                        break;
                    }

                    calls.AddNode(ChatForm.CallOf(called.CallId, called.Data.Text("tool"), called.Data.Member("arguments")));
                    break;
                case Returned returned:
                    messages.AddNode(new JsonObject { ["role"] = "tool", ["tool_call_id"] = returned.CallId, ["content"] = ChatForm.ResultOf(returned.Data.Member("result")) });
                    break;
                case Used or Failed { CallId: not null }:
                    break;
                case Other { Event.Type: "recording.started", Data: var begun } when ChatForm.ToolsOf(ToolsOfRecording(begun)) is { Count: > 0 } begunWith:
                    tools = begunWith;
                    break;
                default:
                    report.Leave(turn.Event.Type);
                    break;
            }
        }

        if (messages.Count > 0)
        {
            yield return Line(messages, tools);
        }
    }

    private static JsonElement ToolsOfRecording(JsonElement begun) =>
        begun.Member("tools").ValueKind == JsonValueKind.Array ? begun.Member("tools") : begun.Member("agent").Member("tool_definitions");

    private static ReadOnlyMemory<byte> Line(JsonArray messages, JsonArray tools)
    {
        // An answer has content, or calls.
        foreach (var message in messages.OfType<JsonObject>().Where(m => m["role"]?.ToString() == "assistant" && m["content"] is null && m["tool_calls"] is null))
        {
            message["content"] = "";
        }

        var document = new JsonObject { ["messages"] = messages };
        if (tools.Count > 0)
        {
            document["tools"] = tools;
        }

        using var line = new MemoryStream();
        using (var writer = new Utf8JsonWriter(line, EventJson.WriterOptions))
        {
            document.WriteTo(writer);
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }
}
