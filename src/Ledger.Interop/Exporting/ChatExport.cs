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
        await foreach (var turn in new RunTurns().ReadAsync(run, cancellationToken).ConfigureAwait(false))
        {
            switch (turn)
            {
                case Told told:
                    if (told.Begins && messages.Count > 0)
                    {
                        yield return Line(messages);
                        messages = [];
                    }

                    answer = null;
                    messages.AddNode(told.Message);
                    break;
                case Answered { Data: var data }:
                    answer = new JsonObject { ["role"] = "assistant", ["content"] = data.Text("text") };
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

                    calls.AddNode(ChatForm.CallOf(called.CallId, called.Data.Text("tool"), called.Data.Member("arguments")));
                    break;
                case Returned returned:
                    messages.AddNode(new JsonObject { ["role"] = "tool", ["tool_call_id"] = returned.CallId, ["content"] = ChatForm.ResultOf(returned.Data.Member("result")) });
                    break;
                case Used:
                    break;
                default:
                    report.Leave(turn.Event.Type);
                    break;
            }
        }

        if (messages.Count > 0)
        {
            yield return Line(messages);
        }
    }

    private static ReadOnlyMemory<byte> Line(JsonArray messages)
    {
        using var line = new MemoryStream();
        using (var writer = new Utf8JsonWriter(line, EventJson.WriterOptions))
        {
            new JsonObject { ["messages"] = messages }.WriteTo(writer);
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }
}
