using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.Exporting;

/// <summary>The calls of a conversation, in the order in which they are asked for.</summary>
/// <remarks>A request that Ledger recorded has all of them in its messages, with ids of its own, so that the order tells which one is meant.</remarks>
internal sealed class AskedCalls
{
    private readonly List<AskedCall> _all = [];

    // How often each id was wanted.
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    // Those that no event tells of yet, and those that have failed.
    private readonly List<AskedCall> _open = [];

    /// <summary>An answer asks for calls.</summary>
    /// <returns>The calls, in the form of Chat Completions, with the ids that they have here.</returns>
    public JsonArray Ask(RecordedEvent answer, JsonElement data)
    {
        var messages = data.Items("messages").SelectMany(ChatForm.Of).ToList();
        var returned = messages.Select(message => message["tool_call_id"]?.ToString()).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var made = new JsonArray();
        foreach (var call in (data.Member("tool_calls").ToNode() as JsonArray)?.OfType<JsonObject>() ?? messages.SelectMany(CallsOf))
        {
            var askedAs = call["id"]?.ToString();

            // A client that calls tools itself has done so before its answer.
            if (askedAs is null || !returned.Contains(askedAs))
            {
                var asked = AskedCall.Of(answer, call["function"] as JsonObject, NewId(askedAs), askedAs);
                _all.Add(asked);
                _open.Add(asked);
                call["id"] = asked.Id;
                made.AddNode(call.DeepClone());
            }
        }

        return made;
    }

    /// <summary>A call is told of.</summary>
    /// <param name="id">Its id; null where it has none.</param>
    /// <param name="tool">Its tool.</param>
    /// <param name="arguments">Its arguments, if it may fail and be made again.</param>
    public AskedCall Tell(string? id, string? tool, JsonElement arguments = default)
    {
        var told = new AskedCall(NewId(id), tool);
        told.Begin(arguments);
        _all.Add(told);
        return told;
    }

    /// <summary>The call that an event tells of.</summary>
    /// <param name="called">Its data.</param>
    /// <param name="name">The name of the event, which is the call's id where nothing else names it.</param>
    /// <returns>The call, and whether it was told of before, and failed.</returns>
    public (AskedCall Call, bool IsAgain) Begin(JsonElement called, string name)
    {
        var at = _open.FindIndex(asked => asked.Is(called));
        if (at < 0)
        {
            return (Tell(called.Text("tool_call_id") ?? name, called.Text("tool"), called.Member("arguments")), false);
        }

        var begun = _open[at];
        var isAgain = begun.Failure is not null;
        begun.Begin(called.Member("arguments"));
        _open.RemoveAt(at);
        return (begun, isAgain);
    }

    /// <summary>The call that a message means.</summary>
    /// <param name="position">How many calls are before it in the conversation.</param>
    /// <param name="id">Its id in the message.</param>
    /// <param name="tool">Its tool.</param>
    public AskedCall? Find(int position, string? id, string? tool) => position < _all.Count && _all[position].Tool == tool ? _all[position] : Find(id);

    /// <summary>The last call with an id.</summary>
    public AskedCall? Find(string? id) => id is null ? null : _all.FindLast(asked => asked.Id == id || asked.AskedAs == id);

    /// <summary>A call has failed, and may be made again.</summary>
    public void Fail(AskedCall call, RecordedEvent failure)
    {
        call.Fail(failure);
        _open.Add(call);
    }

    /// <summary>A call has its result.</summary>
    public void Return(AskedCall call)
    {
        call.Return();
        _open.Remove(call);
    }

    /// <summary>A call without an event of its own has a result, and with it those that were asked for together.</summary>
    public IEnumerable<Called> TakeWith(AskedCall call)
    {
        if (!call.IsBegun)
        {
            foreach (var asked in _open.Where(asked => !asked.IsBegun).ToList())
            {
                _open.Remove(asked);
                yield return asked.Tell();
            }
        }
    }

    /// <summary>What is open when the conversation ends; the next one begins from nothing.</summary>
    public IReadOnlyList<Turn> TakeAll()
    {
        Turn[] left = [.. _open.Select(call => call.Failure is { } failure ? call.Tell(failure, null) : (Turn)call.Tell())];
        _all.Clear();
        _open.Clear();
        _ids.Clear();
        return left;
    }

    /// <summary>The calls of a message in the form of Chat Completions.</summary>
    public static IEnumerable<JsonObject> CallsOf(JsonObject message) => (message["tool_calls"] as JsonArray)?.OfType<JsonObject>() ?? [];

    // Some models name the calls of each answer alike.
    private string NewId(string? wanted)
    {
        var id = wanted ?? $"call-{_all.Count + 1}";
        var made = id;
        while (!_ids.TryAdd(made, 1))
        {
            made = $"{id}~{++_ids[id]}";
        }

        return made;
    }
}
