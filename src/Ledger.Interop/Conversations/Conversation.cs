using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Interop.Reading;
using Ledger.Log;

namespace Ledger.Interop.Conversations;

/// <summary>Makes the events of a conversation between a model, its tools and others, in order, each with its causes.</summary>
/// <remarks>
/// A message to the model is an <c>llm.request</c> with that message alone; an answer is an <c>llm.response</c>, caused by what the model was told since
/// its last one; a call of a tool is a <c>tool.called</c>, caused by the answer, and its result a <c>tool.returned</c>. What is made depends only on what
/// came before, so that a file that has grown begins with the same events.
/// </remarks>
internal sealed class Conversation(RecordingFormat format)
{
    public const string Environment = "environment";

    /// <summary>The event of a usage that the event of its answer does not have yet.</summary>
    public const string Usage = "llm.usage";

    // A conversation whose calls are never answered must not hold all of them.
    private const int MostOpenCalls = 100_000;

    private readonly List<NewEvent> _made = [];
    private readonly Dictionary<string, string> _calls = new(StringComparer.Ordinal);
    private readonly List<string> _unanswered = [];
    private List<string> _ends = [];
    private bool _hasCost;
    private bool _hasUsage;

    /// <summary>Who answers, unless a message says otherwise.</summary>
    public string Actor { get; set; } = "agent";

    /// <summary>The model, unless an answer names another.</summary>
    public string? Model { get; set; }

    /// <summary>The events that the next one follows from.</summary>
    public IReadOnlyList<string> Ends
    {
        get => _ends;
        set => _ends = [.. value];
    }

    /// <summary>The last answer of the model.</summary>
    public string? LastAnswer { get; private set; }

    /// <summary>A copy that goes on by itself, for a branch.</summary>
    public Conversation Copy()
    {
        var copy = new Conversation(format) { Actor = Actor, Model = Model, LastAnswer = LastAnswer, Ends = _ends, _hasCost = _hasCost, _hasUsage = _hasUsage };
        foreach (var (callId, call) in _calls)
        {
            copy._calls[callId] = call;
        }

        copy._unanswered.AddRange(_unanswered);
        return copy;
    }

    /// <summary>The events made since the last call of this.</summary>
    public IReadOnlyList<NewEvent> Take()
    {
        NewEvent[] made = [.. _made];
        _made.Clear();
        return made;
    }

    /// <summary>A message to the model.</summary>
    /// <param name="place">Its id and time.</param>
    /// <param name="message">The message: a role, content, and what else it has.</param>
    /// <param name="more">Further members of the event.</param>
    public void Tell(Place place, JsonObject message, JsonObject? more = null)
    {
        var request = new LlmRequest(RecordedJson.ToElement(new JsonArray(message)), Model) { More = More(more) };
        Add(place, message["role"]?.GetValueKind() == JsonValueKind.String ? message["role"]!.GetValue<string>() : "user", request);
    }

    /// <summary>An answer of the model.</summary>
    public void Answer(Place place, RecordedAnswer answer)
    {
        Model = answer.Model ?? Model;
        _hasCost |= answer.CostUsd is > 0;
        _hasUsage |= answer.More?["usage"] is JsonObject { Count: > 0 };
        Add(place, Actor, new LlmResponse(answer.Text, Model, answer.CostUsd) { More = More(answer.More) });
        LastAnswer = place.Id;
    }

    /// <summary>A call of a tool, by the last answer.</summary>
    /// <param name="place">Its id and time.</param>
    /// <param name="tool">The tool.</param>
    /// <param name="arguments">The arguments; text that is JSON is read.</param>
    /// <param name="callId">The id of the call in the recording, by which its result is found.</param>
    /// <param name="more">Further members of the event.</param>
    public void Call(Place place, string? tool, JsonElement arguments, string? callId, JsonObject? more = null)
    {
        var parsed = arguments.ValueKind switch
        {
            JsonValueKind.String => RecordedJson.Parsed(RecordedJson.TextOf(arguments)!),
            JsonValueKind.Undefined => default,
            _ => arguments.Cleaned(),
        };
        var called = new ToolCalled(tool, parsed) { More = More(WithCallId(more, callId)) };
        Make(place, Actor, called, place.Causes ?? (LastAnswer is { } answer ? [answer] : _ends));
        if (LastAnswer is not null)
        {
            _ends.Remove(LastAnswer);
        }

        _ends.Add(place.Id);
        _unanswered.Add(place.Id);
        if (callId is not null)
        {
            _calls[callId] = place.Id;
        }

        if (_unanswered.Count > MostOpenCalls)
        {
            _unanswered.Clear();
            _calls.Clear();
        }
    }

    /// <summary>The result of a call.</summary>
    /// <param name="place">Its id and time.</param>
    /// <param name="callId">The id of the call in the recording; null where it has none.</param>
    /// <param name="result">The result, of any type; undefined for none.</param>
    /// <param name="more">Further members of the event.</param>
    /// <param name="call">The event of the call; null for the one with that id, or without an id the last one that has no result.</param>
    public void Return(Place place, string? callId, JsonElement result, JsonObject? more = null, string? call = null)
    {
        var known = callId is not null && _calls.Remove(callId, out var called) ? called : null;
        call ??= known ?? (callId is null && _unanswered.Count > 0 ? _unanswered[^1] : null);
        var content = result.ValueKind == JsonValueKind.Undefined ? RecordedJson.ToElement(null) : result.Cleaned();
        Make(place, Environment, new ToolReturned(call ?? callId, content) { More = More(WithCallId(more, callId)) }, place.Causes ?? (call is null ? _ends : [call]));
        if (call is not null)
        {
            _ends.Remove(call);
            _unanswered.Remove(call);
        }

        _ends.Add(place.Id);
    }

    /// <summary>What is neither a message nor a call: an event of its own name, from which nothing follows.</summary>
    public void Note(Place place, string type, JsonObject data, string? actor = null) =>
        Make(place, actor ?? Environment, new UntypedEvent(type, RecordedJson.ToElement(data)), place.Causes ?? _ends);

    /// <summary>The end of a recording that states its result. One that has grown since states another, under another id.</summary>
    /// <param name="data">The result.</param>
    /// <param name="total">The stated totals, which count where no answer has its own.</param>
    public void End(JsonObject data, StatedTotal total = default)
    {
        total.AddTo(data, _hasCost, _hasUsage);
        if (data.Count == 0)
        {
            return;
        }

        var json = RecordedJson.ToElement(data);
        var hash = Convert.ToHexStringLower(SHA256.HashData(JsonMarshal.GetRawUtf8Value(json)).AsSpan(0, 8));
        Make(new Place($"ended-{hash}"), Environment, new UntypedEvent(RecordingEnd.EventType, json), _ends);
    }

    private void Add(Place place, string actor, object data)
    {
        Make(place, actor, data, place.Causes ?? _ends);
        _ends = [place.Id];
    }

    private void Make(Place place, string actor, object data, IReadOnlyList<string> causes) => _made.Add(new NewEvent(data, new EventMetadata
    {
        Actor = actor,
        Source = format.Name,
        ForeignId = place.Id,
        ForeignCauses = [.. causes],
        OccurredAt = place.Time,
    }));

    private static JsonObject? WithCallId(JsonObject? more, string? callId)
    {
        if (callId is not null)
        {
            (more ??= [])["tool_call_id"] = callId;
        }

        return more;
    }

    private static Dictionary<string, JsonElement>? More(JsonObject? more) =>
        more is null or { Count: 0 } ? null : more.ToDictionary(member => member.Key, member => RecordedJson.ToElement(member.Value));
}
