using System.Text.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>The calls of a history by request and occurrence: where each was answered, and which caller is making it.</summary>
/// <remarks>
/// A response belongs to the request that is among its causes, or that its <c>call_id</c> names. Requests and responses that were
/// recorded in other ways than by <c>CallAsync</c> count too: a request is the next occurrence, unless the one before it failed. Not safe
/// for concurrent use.
/// </remarks>
internal sealed class CallIndex(History history)
{
    private readonly Dictionary<CallKey, List<CallState>> _calls = [];
    private readonly Dictionary<Guid, CallState> _requests = [];
    private readonly Dictionary<string, Position> _attempts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Guid> _foreignRequests = new(StringComparer.Ordinal);

    /// <summary>The position after the last event taken.</summary>
    public Position Next { get; private set; } = Position.Start;

    /// <summary>The calls of the whole history so far.</summary>
    public CallTotals Whole { get; private set; } = CallTotals.None;

    /// <summary>The calls of the own stream so far.</summary>
    public CallTotals Own { get; private set; } = CallTotals.None;

    /// <summary>The state of an occurrence of a request so far; events added later do not change it.</summary>
    public CallState Find(CallKey key, CallOccurrence wanted)
    {
        var slots = _calls.TryGetValue(key, out var known) ? known : [];
        var slot = wanted.Reuse switch
        {
            CallReuse.Once => Math.Max(slots.FindIndex(c => c.Response is not null), 0),
            CallReuse.ByOccurrence => slots.FindIndex(c => c.Start >= wanted.From) is >= 0 and var first
                ? first + wanted.Number
                : slots.Count + wanted.Number,
            _ => slots.Count,
        };
        return slot < slots.Count ? slots[slot] with { } : new CallState(slot) { Start = Next };
    }

    /// <summary>An occurrence that was found before, as it is now.</summary>
    public CallState Find(CallKey key, int slot) =>
        _calls.TryGetValue(key, out var slots) && slot < slots.Count ? slots[slot] with { } : new CallState(slot) { Start = Next };

    /// <summary>The position after the event by which an attempt began, or null.</summary>
    public Position? FindAttempt(string name) => _attempts.TryGetValue(name, out var start) ? start : null;

    /// <summary>The calls of the own stream that have neither a response nor a failure, in their order.</summary>
    public IReadOnlyList<OpenCall> OpenCalls() =>
        [.. _calls.Values.SelectMany(s => s).Select(c => c.Open).OfType<OpenCall>().OrderBy(c => c.Since).ThenBy(c => c.RequestId)];

    /// <summary>Takes the next event of the history.</summary>
    public void Take(RecordedEvent recorded)
    {
        var position = Next;
        Next = new Position(position.Value + 1);
        if (CallEventForm.RequestOf(recorded) is { } request)
        {
            TakeRequest(recorded, position, request.Kind, request.Request);
        }
        else if (CallEventForm.IsResponse(recorded.Type))
        {
            TakeResponse(recorded, position);
        }
        else if (recorded.Type is "call.failed" or "call.released")
        {
            if (Close(recorded) is { Response: null } call)
            {
                call.HasFailed = true;
            }

            if (recorded.Type == "call.failed")
            {
                Add(recorded, t => t.WithFailure());
            }
        }
        else if (recorded.Type == "call.unknown")
        {
            if (Named(recorded) is var (id, call) && call.Open?.RequestId == id)
            {
                call.Open = call.Open with { IsUnknown = true };
            }
        }
        else if (recorded.Type == "attempt.started")
        {
            if (recorded.Data is AttemptStarted attempt)
            {
                _attempts.TryAdd(attempt.Name, Next);
            }
        }
        else if (recorded.Type == "call.answered")
        {
            Add(recorded, t => t.WithAnswer(CallCost.Read(recorded.ToJsonElement())));
        }
    }

    private void TakeRequest(RecordedEvent recorded, Position position, string kind, JsonElement request)
    {
        var hash = Header(recorded, CallEventForm.HashHeader);
        var key = hash is null ? CallKey.Of(kind, request) : new CallKey(kind, hash);
        if (!_calls.TryGetValue(key, out var slots))
        {
            _calls.Add(key, slots = []);
        }

        var slot = hash is null ? NextSlot(slots) : SlotOf(recorded);
        while (slots.Count <= slot)
        {
            slots.Add(new CallState(slots.Count) { Start = position });
        }

        var call = slots[slot];
        _requests[recorded.Id] = call;
        if (recorded.Metadata.ForeignId is { } foreignId)
        {
            _foreignRequests[foreignId] = recorded.Id;
        }

        // Who took a call before the fork answers there: a branch does not see it, and does not wait for it.
        if (recorded.Stream == history.Stream && recorded.Id == EventIds.OfCall(history.Stream, kind, key.RequestHash, slot, call.Attempts))
        {
            call.Attempts++;
            call.HasFailed = false;
            call.Open = new OpenCall(recorded.Id, kind, Header(recorded, CallEventForm.OwnerHeader), recorded.Timestamp, IsUnknown: false);
        }
    }

    private static int NextSlot(List<CallState> slots) => slots is [.., { Response: null, HasFailed: true } last] ? last.Slot : slots.Count;

    /// <summary>The occurrence number that a request states: from 0.</summary>
    public static int SlotOf(RecordedEvent recorded) =>
        recorded.Metadata.Headers.TryGetValue(CallEventForm.SlotHeader, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var slot) && slot is > 0 and <= CallEventForm.MostSlots ? slot : 0;

    private void TakeResponse(RecordedEvent recorded, Position position)
    {
        var data = recorded.ToJsonElement();
        var isOurs = Header(recorded, CallEventForm.HashHeader) is not null;
        var hasFailed = !isOurs && data.ValueKind == JsonValueKind.Object
            && ((data.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
                || (recorded.Type == "tool.returned" && !data.TryGetProperty("result", out _)));
        Add(recorded, t => hasFailed ? t.WithFailure() : t.WithCall(CallCost.Read(data)));
        if (Close(recorded) is { } call)
        {
            call.HasFailed = hasFailed;
            call.Response ??= hasFailed ? null : position;
        }
    }

    private CallState? Close(RecordedEvent recorded)
    {
        if (Named(recorded) is not var (id, call))
        {
            return null;
        }

        call.Open = call.Open?.RequestId == id ? null : call.Open;
        return call;
    }

    private (Guid Id, CallState Call)? Named(RecordedEvent recorded)
    {
        foreach (var id in RequestsNamedBy(recorded))
        {
            if (_requests.TryGetValue(id, out var call))
            {
                return (id, call);
            }
        }

        return null;
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
