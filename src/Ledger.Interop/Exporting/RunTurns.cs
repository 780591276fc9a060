using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Exporting;

/// <summary>Reads the conversation of a run from its events.</summary>
/// <remarks>
/// A request that was recorded by Ledger has all messages so far, and only those are told that it has in addition to the one before; if it is no
/// continuation, it begins another conversation. A request that was imported has the new messages alone, unless it was a span, which has all.
/// </remarks>
internal sealed class RunTurns
{
    private static readonly HashSet<string> Imported = [.. RecordingFormat.All.Select(format => format.Name).Where(name => !RecordingFormat.IsOfSpans(name))];

    // What the model has been told and has answered in the current conversation, as role and text.
    private readonly List<(string Role, string Text)> _said = [];
    private readonly Dictionary<string, string> _calls = new(StringComparer.Ordinal);

    public async IAsyncEnumerable<Turn> ReadAsync(Run run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in run.ReadAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            foreach (var turn in Of(item))
            {
                yield return turn;
            }
        }
    }

    /// <summary>The turns of the next event.</summary>
    public IEnumerable<Turn> Of(RecordedEvent item)
    {
        var data = item.ToJsonElement();
        switch (item.Type)
        {
            case "llm.request":
                return NewMessages(item, data);
            case "llm.response":
                _said.Add(("assistant", data.Text("text") ?? ""));
                return [new Answered(item, data)];
            case "tool.called":
                var id = data.Text("tool_call_id") ?? NameOf(item);
                _calls[item.Id.ToString()] = _calls[NameOf(item)] = id;
                return [new Called(item, data, id)];
            case "tool.returned":
                var call = data.Text("call_id") is { } named && _calls.Remove(named, out var known) ? known : null;
                return [new Returned(item, data, data.Text("tool_call_id") ?? call)];
            case Conversations.Conversation.Usage:
                return [new Used(item, data)];
            case "branch.created":
                return [];
            default:
                return [new Other(item, data)];
        }
    }

    private IEnumerable<Told> NewMessages(RecordedEvent item, JsonElement data)
    {
        var messages = data.Member("messages") is { ValueKind: JsonValueKind.Array } array
            ? array.EnumerateArray().SelectMany(ChatForm.Of).ToList()
            : [new JsonObject { ["role"] = "user", ["content"] = data.Member("messages").ToNode() }];
        var isNewOnly = item.Metadata.Source is { } source && Imported.Contains(source);
        var known = isNewOnly ? 0 : CommonWith(messages);
        var begins = !isNewOnly && known < _said.Count && _said.Count > 0;
        if (begins)
        {
            _said.Clear();
            known = 0;
        }

        foreach (var message in messages.Skip(known))
        {
            // What a tool returned is an event of its own; the conversation has it from there.
            var (role, text) = (RoleOf(message), ChatForm.TextOf(message));
            if (role != "tool")
            {
                _said.Add((role, text));
            }

            if (role != "tool" || begins)
            {
                yield return new Told(item, data, message, begins);
            }

            begins = false;
        }
    }

    // How many of the messages repeat what was said; results of tools are told by their own events.
    private int CommonWith(List<JsonObject> messages)
    {
        var (at, said) = (0, 0);
        while (at < messages.Count && said < _said.Count)
        {
            if (RoleOf(messages[at]) == "tool")
            {
                at++;
                continue;
            }

            if (_said[said] != (RoleOf(messages[at]), ChatForm.TextOf(messages[at])))
            {
                return 0;
            }

            at++;
            said++;
        }

        while (at < messages.Count && RoleOf(messages[at]) == "tool")
        {
            at++;
        }

        return said == _said.Count ? at : 0;
    }

    private static string RoleOf(JsonObject message) => message["role"]?.ToString() ?? "user";

    private static string NameOf(RecordedEvent item) => item.Metadata.ForeignId ?? item.Id.ToString();
}
