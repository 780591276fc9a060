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
    private readonly Dictionary<Guid, (CallState Call, Position At)> _requests = [];
    private readonly Dictionary<Guid, CallState> _failures = [];
    private readonly Dictionary<(string Kind, string RequestHash), Position> _first = [];

    // Attempts that were begun again while their end was unknown: each holds its part of a budget.
    private readonly Dictionary<Guid, OpenCall> _repeated = [];
    private readonly Dictionary<string, Guid> _foreignRequests = new(StringComparer.Ordinal);
    private readonly ModelTotals _models = new();
    private readonly ModelTotals _ownModels = new();
    private RunningTotals _whole = RunningTotals.None;
    private RunningTotals _own = RunningTotals.None;

    /// <summary>The position after the last event taken.</summary>
    public Position Next { get; private set; } = Position.Start;

    /// <summary>The calls of the whole history so far.</summary>
    public CallTotals Whole => _whole.Sum;

    /// <summary>The calls of the own stream so far.</summary>
    public CallTotals Own => _own.Sum;

    /// <summary>What each model was used for so far, in the whole history.</summary>
    public IReadOnlyList<ModelUsage> Models => _models.All();

    /// <summary>The same for the own stream.</summary>
    public IReadOnlyList<ModelUsage> OwnModels => _ownModels.All();

    /// <summary>The budgets that the history names: the own one as it was set last.</summary>
    public BudgetRoots Budgets { get; private set; } = BudgetRoots.None;

    /// <summary>The approvals of calls so far.</summary>
    public ApprovalIndex Approvals { get; } = new();

    /// <summary>The state of an occurrence of a request so far; events added later do not change it.</summary>
    public CallState Find(CallKey key, CallOccurrence wanted)
    {
        var slots = _calls.TryGetValue(key, out var known) ? known : [];
        var slot = wanted.Reuse switch
        {
            CallReuse.Once => 0,
            CallReuse.ByOccurrence => wanted.Number,
            _ => slots.Count,
        };

        // Once means the first answer of the history, whichever attempt it was given to.
        return wanted.Reuse == CallReuse.Once && _first.TryGetValue((key.Kind, key.RequestHash), out var first)
            ? new CallState(key, slot) { Response = first }
            : Find(key, slot);
    }

    /// <summary>An occurrence that was found before, as it is now.</summary>
    public CallState Find(CallKey key, int slot) =>
        _calls.TryGetValue(key, out var slots) && slot < slots.Count ? slots[slot] with { } : new CallState(key, slot);

    /// <summary>The occurrence that a request is; null for one that is not in the history.</summary>
    public CallState? FindRequest(Guid requestId) => _requests.TryGetValue(requestId, out var found) ? found.Call with { } : null;

    /// <summary>The calls of the own stream that have neither a response nor a failure, in their order. Attempts that were made again are among them if a budget was reserved for them.</summary>
    public IReadOnlyList<OpenCall> OpenCalls() =>
        [.. _calls.Values.SelectMany(s => s).Select(c => c.Open).OfType<OpenCall>().Concat(_repeated.Values).OrderBy(c => c.Since).ThenBy(c => c.RequestId)];

    /// <summary>A call that waits for its answer, or may be made again only after another question to its callee; null for none of that id.</summary>
    public OpenCall? FindUnsettled(Guid requestId) => _requests.TryGetValue(requestId, out var found)
        ? new[] { found.Call.Open, found.Call.NotMade, _repeated.GetValueOrDefault(requestId) }.FirstOrDefault(call => call?.RequestId == requestId)
        : null;

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
            if (Close(recorded) is ({ Response: null } call, var at))
            {
                call.HasFailed |= call.Open is null;
                if (recorded.Data is CallFailed failed)
                {
                    AddFailure(call, new CallFailure(recorded.Id, at, failed.Error, IsFollowed: false));
                }
            }

            if (recorded.Type == "call.failed")
            {
                Add(recorded, CallTotals.Of(recorded));
            }
        }
        else if (recorded.Type == "call.unknown")
        {
            TakeUnknown(recorded);
        }
        else if (recorded.Type is "call.answered" or "llm.usage" or RecordingEnd.EventType)
        {
            Add(recorded, CallTotals.Of(recorded));
        }
        else if (BudgetRoots.AreNamedBy(recorded.Type))
        {
            Budgets = Budgets.With(recorded.Data);
        }
        else if (recorded.Type is "approval.requested" or "approval.decided")
        {
            Approvals.Take(recorded);
        }
    }

    private void TakeUnknown(RecordedEvent recorded)
    {
        if (Named(recorded) is not var (id, call, at))
        {
            return;
        }

        if (call.Open?.RequestId == id)
        {
            call.Open = call.Open with { IsUnknown = true };
        }
        else if (_repeated.TryGetValue(id, out var repeated))
        {
            _repeated[id] = repeated with { IsUnknown = true };
        }

        if (call.Response is null)
        {
            AddFailure(call, new CallFailure(recorded.Id, at, (recorded.Data as CallUnknown)?.Reason, IsFollowed: false) { Left = LeftCall.Of(recorded) });
        }
    }

    private void AddFailure(CallState call, CallFailure failure)
    {
        call.Failures = [.. call.Failures, failure];
        _failures[failure.Id] = call;
    }

    private void TakeRequest(RecordedEvent recorded, Position position, string kind, JsonElement request)
    {
        var key = CallEventForm.KeyOf(recorded, kind, request);
        Follow(recorded, key);
        if (!_calls.TryGetValue(key, out var slots))
        {
            _calls.Add(key, slots = []);
        }

        var isOurs = CallEventForm.Text(recorded, CallEventForm.HashHeader) is not null;
        var slot = isOurs ? SlotOf(recorded, slots.Count + CallEventForm.MostSkipped) : NextSlot(slots);
        while (slots.Count <= slot)
        {
            slots.Add(new CallState(key, slots.Count));
        }

        var call = slots[slot];
        Approvals.TakeRequest(key, recorded.Stream, slot);
        call.Model ??= kind == CallEventForm.Llm
            && request.ValueKind == JsonValueKind.Object && request.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.String ? model.GetString() : null;
        _requests[recorded.Id] = (call, position);
        if (recorded.Metadata.ForeignId is { } foreignId)
        {
            _foreignRequests[foreignId] = recorded.Id;
        }

        // Who took a call before the fork answers there: a branch does not see it, and does not wait for it.
        if (recorded.Stream == history.Stream && recorded.Id == EventIds.OfCall(history.Stream, kind, key.RequestHash, key.Attempt, slot, call.Attempts))
        {
            if (call is { IsReserved: true, Open: { } left })
            {
                _repeated[left.RequestId] = left;
            }

            call.IsReserved = !Budgets.IsEmpty;
            call.Attempts++;
            call.HasFailed = false;
            call.NotMade = null;
            call.Open = new OpenCall(recorded.Id, kind, CallEventForm.Text(recorded, CallEventForm.OwnerHeader), recorded.Timestamp, IsUnknown: false);
        }
    }

    // A request of the same call repeats it; one of another was made with the failure known.
    private void Follow(RecordedEvent request, CallKey key)
    {
        foreach (var cause in request.Metadata.Causes)
        {
            if (_failures.TryGetValue(cause, out var failed) && failed.Key != key)
            {
                failed.Failures = [.. failed.Failures.Select(f => f.Id == cause ? f with { IsFollowed = true } : f)];
            }
        }
    }

    private static int NextSlot(List<CallState> slots) => slots is [.., { Response: null, HasFailed: true } last] ? last.Slot : slots.Count;

    /// <summary>The occurrence number that a request states: from 0.</summary>
    private static int SlotOf(RecordedEvent recorded, int most) => CallEventForm.SlotOf(recorded) is var slot && slot <= most ? slot : 0;

    private void TakeResponse(RecordedEvent recorded, Position position)
    {
        var data = recorded.ToJsonElement();
        var hasFailed = CallEventForm.HasFailed(recorded, data);
        var cost = hasFailed ? CallCost.Unknown : CallCost.Read(data);
        Add(recorded, hasFailed ? CallTotals.OneFailed : CallTotals.Of(recorded, cost));
        var closed = Close(recorded);
        if (!hasFailed)
        {
            AddUsage(recorded, closed?.Call, cost);
        }

        if (closed is var (call, at))
        {
            call.HasFailed = hasFailed;
            if (!hasFailed)
            {
                call.AnsweredRequest ??= at;
                call.Response ??= position;
                _first.TryAdd((call.Key.Kind, call.Key.RequestHash), position);
            }
        }
    }

    private (CallState Call, Position At)? Close(RecordedEvent recorded)
    {
        if (Named(recorded) is not var (id, call, at))
        {
            return null;
        }

        if (call.Open?.RequestId == id)
        {
            (call.NotMade, call.Open) = (recorded.Id == EventIds.OfCallNotMade(id) ? call.Open : null, null);
        }
        else if (call.NotMade?.RequestId == id)
        {
            call.NotMade = null;
        }

        _repeated.Remove(id);

        return (call, at);
    }

    private (Guid Id, CallState Call, Position At)? Named(RecordedEvent recorded)
    {
        foreach (var id in RequestsNamedBy(recorded))
        {
            if (_requests.TryGetValue(id, out var found)
                && (!CallEventForm.IsResponse(recorded.Type) || CallEventForm.Answers(recorded.Type, found.Call.Key.Kind)))
            {
                return (id, found.Call, found.At);
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

    private void AddUsage(RecordedEvent recorded, CallState? call, CallCost cost)
    {
        var kind = call?.Key.Kind ?? (recorded.Type switch { "llm.response" => CallEventForm.Llm, "tool.returned" => CallEventForm.Tool, _ => "call" });
        cost = cost.Model is null && call?.Model is { } asked ? cost with { Model = asked } : cost;
        var duration = CallEventForm.DurationOf(recorded.Metadata);
        _models.Add(kind, cost, duration);
        if (recorded.Stream == history.Stream)
        {
            _ownModels.Add(kind, cost, duration);
        }
    }

    private void Add(RecordedEvent recorded, CallTotals totals)
    {
        var added = RunningTotals.Of(recorded, totals);
        _whole = _whole.Plus(added);
        if (recorded.Stream == history.Stream)
        {
            _own = _own.Plus(added);
        }
    }
}
