using System.Text.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Testing.Replays;

/// <summary>The calls of a recording, each handed out once, in the order of identical requests. Safe for concurrent use.</summary>
internal sealed class Recording : ICallSource
{
    private readonly Lock _gate = new();
    private readonly List<ReplayedCall> _calls = [];
    private readonly HashSet<Guid> _events = [];
    private readonly Position? _liveFrom;
    private ReplayDivergenceException? _first;

    /// <summary>Takes the calls from a position on.</summary>
    public Recording(IReadOnlyList<RecordedEvent> events, Position start, Position? liveFrom)
    {
        _liveFrom = liveFrom;
        var calls = new RecordedCalls(events);
        _calls.AddRange(calls.All.Where(call => call.Request.Position >= start && (liveFrom is null || call.Request.Position < liveFrom)));
        _events.UnionWith(calls.Replaced);
    }

    /// <summary>Whether all recorded calls were asked for, and further ones are made.</summary>
    public bool MakesCalls
    {
        get
        {
            lock (_gate)
            {
                return _liveFrom is not null && _calls.TrueForAll(c => c.IsAsked || c.IsOptional);
            }
        }
    }

    /// <summary>How many calls it has, and how many of them were asked for.</summary>
    public (int All, int Asked) Count
    {
        get
        {
            lock (_gate)
            {
                return (_calls.Count, _calls.Count(call => call.IsAsked));
            }
        }
    }

    /// <summary>The first divergence of a call; null for none.</summary>
    public ReplayDivergenceException? First
    {
        get
        {
            lock (_gate)
            {
                return _first;
            }
        }
    }

    /// <summary>The first call that was not asked for; null if all were.</summary>
    public RecordedEvent? FirstNotAsked
    {
        get
        {
            lock (_gate)
            {
                return _calls.Find(call => call is { IsAsked: false, IsOptional: false })?.Request;
            }
        }
    }

    /// <summary>Whether an event is part of a call that was answered from here.</summary>
    public bool Has(RecordedEvent recorded)
    {
        lock (_gate)
        {
            return _events.Contains(recorded.Id);
        }
    }

    public Task<CallResponse> AnswerAsync(
        string kind, JsonElement request, Func<CancellationToken, Task<CallResponse>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RecordedEvent? outcome;
        lock (_gate)
        {
            // Event files do not have the hash of the request as it was asked.
            var key = CallKey.Of(kind, CallEventForm.StoredForm(kind, request));
            if (_calls.Find(c => !c.IsAsked && c.Key == key) is { } found)
            {
                found.IsAsked = true;
                _events.Add(found.Request.Id);
                outcome = found.Outcome ?? throw Diverges(
                    new ReplayDivergenceException($"The call of kind '{kind}' was begun at position {found.Request.Position} of the recording, which has no answer to it.", found.Request, request));
                _events.Add(outcome.Id);
            }
            else if (_liveFrom is not null && _calls.TrueForAll(c => c.IsAsked || c.IsOptional))
            {
                return call(cancellationToken);
            }
            else
            {
                throw Diverges(NotRecorded(kind, key, request));
            }
        }

        if (outcome.Type == "call.failed")
        {
            throw new RecordedFailureException(kind, ReasonOf(outcome));
        }

        if (outcome.Type == "call.unknown")
        {
            throw new CallFailure(outcome.Id, Position.Start, (outcome.Data as CallUnknown)?.Reason, IsFollowed: true) { Left = LeftCall.Of(outcome) }.ToException(kind);
        }

        if (outcome.Type == "budget.exhausted")
        {
            throw BudgetRefusalForm.Read(outcome);
        }

        var data = outcome.ToJsonElement();
        return Task.FromResult(new CallResponse(CallEventForm.ContentOf(kind, data)) { Terminates = CallEventForm.Terminates(kind, data) });
    }

    private static string? ReasonOf(RecordedEvent outcome) =>
        outcome.ToJsonElement() is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String
            ? error.GetString()
            : null;

    private ReplayDivergenceException Diverges(ReplayDivergenceException divergence) => _first ??= divergence;

    private ReplayDivergenceException NotRecorded(string kind, CallKey key, JsonElement request)
    {
        var number = _calls.Count(c => c.IsAsked) + 1;
        var times = _calls.Count(c => c.Key == key);
        var expected = _calls.Find(c => !c.IsAsked && c.Key.Kind == kind) ?? _calls.Find(c => !c.IsAsked);
        var message = $"Call {number} is not in the recording: kind '{kind}', {JsonDifference.Text(request)}. ";
        if (times > 0)
        {
            message += $"The recording has this request {times} {(times == 1 ? "time" : "times")}, and the agent asks once more. ";
        }

        if (expected is null)
        {
            message += "The recording has no further call.";
        }
        else
        {
            var (expectedKind, expectedRequest) = CallEventForm.RequestOf(expected.Request) ?? (expected.Key.Kind, expected.Request.ToJsonElement());
            message += $"The next that was recorded is at position {expected.Request.Position}, kind '{expectedKind}', {JsonDifference.Text(expectedRequest)}";
            var difference = expectedKind == kind ? JsonDifference.Describe(expectedRequest, request) : null;
            message += difference is null ? "." : $": {difference}.";
        }

        return new ReplayDivergenceException(message, expected?.Request, request);
    }
}
