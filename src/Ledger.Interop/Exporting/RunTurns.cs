using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Exporting;

/// <summary>Reads the conversation of a run from its events.</summary>
/// <remarks>
/// A request that was recorded by Ledger has all messages so far, and only those are told that it has in addition to the one before; if it is no
/// continuation, it begins another conversation. Calls and results that only its messages have are told as well. A request that was imported has the new
/// messages alone, unless it was a span, which has all.
/// </remarks>
internal sealed class RunTurns
{
    private static readonly HashSet<string> Imported = [.. RecordingFormat.All.Select(format => format.Name).Where(name => !RecordingFormat.IsOfSpans(name))];

    // What the model has been told and has answered in the current conversation.
    private readonly List<(string Role, (int Length, ulong Hash) Text)> _said = [];
    private readonly AskedCalls _asked = new();

    // The calls without an end by the names of their events, of which an imported one has two.
    private readonly Dictionary<string, (AskedCall Call, string Id, string Name)> _calls = new(StringComparer.Ordinal);

    // How many results were events since the last request.
    private int _returned;

    public async IAsyncEnumerable<Turn> ReadAsync(Run run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in run.ReadAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            foreach (var turn in Of(item))
            {
                yield return turn;
            }
        }

        foreach (var turn in End())
        {
            yield return turn;
        }
    }

    /// <summary>The turns of the next event.</summary>
    public IEnumerable<Turn> Of(RecordedEvent item)
    {
        var data = item.ToJsonElement();
        switch (item.Type)
        {
            case "llm.request":
                return IsOwn(item) ? OfOwnRequest(item, data) : OfRequest(item, data);
            case "llm.response":
                return [Answer(item, data)];
            case "tool.called":
                return [Call(item, data)];
            case "tool.returned":
                return [Return(item, data)];
            case "call.failed" when data.Text("kind") is "llm":
                return [new Failed(item, data, null)];
            case "call.failed" when data.Text("kind") is "tool" && CallOf(item) is { } failed:
                _asked.Fail(failed, item);
                return [new Failed(item, data, failed.Id)];
            case Conversations.Conversation.Usage:
                return [new Used(item, data)];
            case "branch.created":
                return [];
            default:
                return [new Other(item, data)];
        }
    }

    /// <summary>What is left when the run has ended: calls that no event tells of, and failures that the model was not told.</summary>
    public IEnumerable<Turn> End() => _asked.TakeAll();

    /// <summary>Whether Ledger recorded an event, rather than that it was imported.</summary>
    public static bool IsOwn(RecordedEvent item) => item.Metadata.Source is not { } source || RecordingFormat.Find(source) is null;

    private Answered Answer(RecordedEvent item, JsonElement data)
    {
        var isOwn = IsOwn(item);
        var messages = isOwn ? data.Items("messages").SelectMany(ChatForm.Of).Where(message => RoleOf(message) != "tool").ToList() : [];
        if (messages.Count == 0 && !(isOwn && data.Member("messages").ValueKind == JsonValueKind.Array))
        {
            _said.Add(("assistant", KeyOf(data.Text("text") ?? "")));
        }

        _said.AddRange(messages.Select(message => (RoleOf(message), KeyOf(ChatForm.TextOf(message)))));
        return new Answered(item, data, isOwn ? _asked.Ask(item, data) : []);
    }

    private Called Call(RecordedEvent item, JsonElement data)
    {
        var (id, name) = (item.Id.ToString(), NameOf(item));
        var isOwn = IsOwn(item);
        var (call, isAgain) = isOwn ? _asked.Begin(data, name) : (_asked.Tell(data.Text("tool_call_id") ?? name, data.Text("tool")), false);
        _calls[id] = _calls[name] = (call, id, name);
        return new Called(item, data, isOwn ? call.Id : data.Text("tool_call_id") ?? name) { IsAgain = isAgain };
    }

    private Returned Return(RecordedEvent item, JsonElement data)
    {
        _returned++;
        var (isOwn, callId) = (IsOwn(item), data.Text("tool_call_id"));
        var call = data.Text("call_id") is { } named ? Take(named) : null;
        call ??= isOwn ? _asked.Find(callId) : null;
        if (call is not null)
        {
            _asked.Return(call);
        }

        return new Returned(item, data, isOwn ? call?.Id ?? callId : callId ?? call?.Id);
    }

    private AskedCall? Take(string name)
    {
        if (!_calls.Remove(name, out var known))
        {
            return null;
        }

        _calls.Remove(known.Id);
        _calls.Remove(known.Name);
        return known.Call;
    }

    private AskedCall? CallOf(RecordedEvent failure) =>
        failure.Metadata.Causes.Select(cause => cause.ToString()).Concat(failure.Metadata.ForeignCauses).Select(Take).FirstOrDefault(call => call is not null);

    // The messages of a recording are new; those of a span may be known.
    private IEnumerable<Turn> OfRequest(RecordedEvent item, JsonElement data)
    {
        var messages = MessagesOf(item, data);
        var isNewOnly = Imported.Contains(item.Metadata.Source!);
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
                _said.Add((role, KeyOf(text)));
            }

            if (role != "tool" || begins)
            {
                yield return new Told(item, data, message, begins);
            }

            begins = false;
        }
    }

    private IEnumerable<Turn> OfOwnRequest(RecordedEvent item, JsonElement data)
    {
        var messages = MessagesOf(item, data);
        var known = CommonWith(messages);
        var begins = known < _said.Count && _said.Count > 0;
        if (begins)
        {
            foreach (var left in _asked.TakeAll())
            {
                yield return left;
            }

            _said.Clear();
            (known, _returned) = (0, 0);
        }

        if (_said.Count == 0 && data.Text("instructions") is { Length: > 0 } instructions)
        {
            yield return new Told(item, data, new JsonObject { ["role"] = "system", ["content"] = instructions }, begins);
            begins = false;
        }

        var (calls, position) = (new Dictionary<string, AskedCall>(StringComparer.Ordinal), 0);
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            if (RoleOf(message) == "tool")
            {
                foreach (var turn in OfResult(item, data, message, calls, i >= known, begins))
                {
                    yield return turn;
                    begins = false;
                }

                continue;
            }

            foreach (var call in AskedCalls.CallsOf(message))
            {
                var (id, tool) = (call["id"]?.ToString(), (call["function"] as JsonObject)?["name"]?.ToString());
                if ((i < known ? _asked.Find(position++, id, tool) : _asked.Tell(id, tool)) is { } asked && id is not null)
                {
                    calls[id] = asked;
                }
            }

            if (i >= known)
            {
                _said.Add((RoleOf(message), KeyOf(ChatForm.TextOf(message))));
                yield return new Told(item, data, message, begins);
                begins = false;
            }
        }

        _returned = 0;
        yield return new Asked(item, data);
    }

    // What a tool returned, unless an event has told it.
    private IEnumerable<Turn> OfResult(RecordedEvent item, JsonElement data, JsonObject message, Dictionary<string, AskedCall> calls, bool isNew, bool begins)
    {
        if (message["tool_call_id"]?.ToString() is not { } id || !calls.TryGetValue(id, out var call))
        {
            if (_returned > 0)
            {
                _returned--;
            }
            else if (isNew)
            {
                yield return new Told(item, data, message, begins);
            }

            yield break;
        }

        if (call.IsReturned)
        {
            yield break;
        }

        foreach (var called in _asked.TakeWith(call))
        {
            yield return called;
        }

        yield return call.Tell(item, message["content"]);
        _asked.Return(call);
    }

    private static List<JsonObject> MessagesOf(RecordedEvent item, JsonElement data) => data.Member("messages") is { ValueKind: JsonValueKind.Array } array
        ? [.. array.EnumerateArray().SelectMany(ChatForm.Of)]
        : IsOwn(item) && !RecordedJson.SaysSomething(data.Member("messages")) ? []
        : [new JsonObject { ["role"] = "user", ["content"] = data.Member("messages").ToNode() }];

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

            if (_said[said] != (RoleOf(messages[at]), KeyOf(ChatForm.TextOf(messages[at]))))
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

    // Short, as a conversation may have any length; without white space, because parts of a text are joined in several ways. The hash is FNV-1a.
    private static (int Length, ulong Hash) KeyOf(string text)
    {
        var (length, hash) = (0, 14_695_981_039_346_656_037UL);
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c))
            {
                hash = unchecked((hash ^ c) * 1_099_511_628_211UL);
                length++;
            }
        }

        return (length, hash);
    }
}
