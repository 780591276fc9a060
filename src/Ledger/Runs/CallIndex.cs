using System.Text.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>The calls of a history by request: where each was answered, and by whom it is being made.</summary>
/// <remarks>
/// A response belongs to the request that is among its causes, or that its <c>call_id</c> names. Requests and responses that were
/// recorded in other ways than by <c>CallOnceAsync</c> count too. Not safe for concurrent use.
/// </remarks>
internal sealed class CallIndex(History history)
{
    private readonly Dictionary<CallKey, CallState> _calls = [];
    private readonly Dictionary<Guid, CallKey> _requests = [];
    private readonly Dictionary<string, Guid> _foreignRequests = new(StringComparer.Ordinal);

    /// <summary>The position behind the last event taken.</summary>
    public Position Next { get; private set; } = Position.Start;

    /// <summary>The calls of the whole history so far.</summary>
    public CallTotals Whole { get; private set; } = CallTotals.None;

    /// <summary>The calls of the own stream so far.</summary>
    public CallTotals Own { get; private set; } = CallTotals.None;

    /// <summary>What the history says so far of the calls of a request; events that are taken later do not change it.</summary>
    public CallState Find(CallKey key) => _calls.TryGetValue(key, out var call) ? call with { } : new CallState();

    /// <summary>Takes the next event of the history.</summary>
    public void Take(RecordedEvent recorded)
    {
        var position = Next;
        Next = new Position(position.Value + 1);
        if (CallEventForm.RequestOf(recorded) is { } request)
        {
            TakeRequest(recorded, request.Kind, request.Request);
        }
        else if (CallEventForm.IsResponse(recorded.Type))
        {
            TakeResponse(recorded, position);
        }
        else if (recorded.Type == "call.failed")
        {
            Close(recorded, out _);
            Add(recorded, t => t.WithFailure());
        }
        else if (recorded.Type == "call.answered")
        {
            Add(recorded, t => t.WithAnswer(CallCost.Read(recorded.ToJsonElement())));
        }
    }

    private void TakeRequest(RecordedEvent recorded, string kind, JsonElement request)
    {
        var hash = Header(recorded, CallEventForm.HashHeader);
        var key = hash is null ? CallKey.Of(kind, request) : new CallKey(kind, hash);
        _requests[recorded.Id] = key;
        if (recorded.Metadata.ForeignId is { } foreignId)
        {
            _foreignRequests[foreignId] = recorded.Id;
        }

        if (!_calls.TryGetValue(key, out var call))
        {
            _calls.Add(key, call = new CallState());
        }

        // Who took a call before the fork answers there: a branch does not see it, and does not wait for it.
        if (recorded.Stream == history.Stream && recorded.Id == EventIds.OfCall(history.Stream, kind, key.RequestHash, call.Attempts))
        {
            call.Attempts++;
            call.Open = new CallState.OpenCall(recorded.Id, Header(recorded, CallEventForm.OwnerHeader), recorded.Timestamp);
        }
    }

    private void TakeResponse(RecordedEvent recorded, Position position)
    {
        var data = recorded.ToJsonElement();
        var isOurs = Header(recorded, CallEventForm.HashHeader) is not null;
        var hasFailed = !isOurs && data.ValueKind == JsonValueKind.Object
            && data.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null;
        Add(recorded, t => hasFailed ? t.WithFailure() : t.WithCall(CallCost.Read(data)));
        if (Close(recorded, out var call) && !hasFailed)
        {
            call!.Response ??= position;
        }
    }

    private bool Close(RecordedEvent recorded, out CallState? call)
    {
        call = null;
        foreach (var id in RequestsNamedBy(recorded))
        {
            if (_requests.TryGetValue(id, out var key))
            {
                call = _calls[key];
                call.Open = call.Open?.RequestId == id ? null : call.Open;
                return true;
            }
        }

        return false;
    }

    private IEnumerable<Guid> RequestsNamedBy(RecordedEvent recorded)
    {
        foreach (var cause in recorded.Metadata.Causes)
        {
            yield return cause;
        }

        foreach (var cause in recorded.Metadata.ForeignCauses)
        {
            if (_foreignRequests.TryGetValue(cause, out var id))
            {
                yield return id;
            }
        }

        if (recorded.Type == "tool.returned"
            && recorded.ToJsonElement() is { ValueKind: JsonValueKind.Object } data
            && data.TryGetProperty("call_id", out var callId) && callId.ValueKind == JsonValueKind.String)
        {
            if (callId.TryGetGuid(out var id))
            {
                yield return id;
            }

            if (_foreignRequests.TryGetValue(callId.GetString()!, out var foreign))
            {
                yield return foreign;
            }
        }
    }

    private void Add(RecordedEvent recorded, Func<CallTotals, CallTotals> add)
    {
        Whole = add(Whole);
        if (recorded.Stream == history.Stream)
        {
            Own = add(Own);
        }
    }

    private static string? Header(RecordedEvent recorded, string name) =>
        recorded.Metadata.Headers.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
