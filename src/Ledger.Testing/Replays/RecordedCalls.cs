using System.Text.Json;
using Ledger.Runs;

namespace Ledger.Testing.Replays;

/// <summary>The calls of a recording as its agent knew them: one that was begun again after a crash is one call.</summary>
/// <remarks>
/// In an event file, ids and causes are texts, and it has no headers: there a request without an end is replaced by the next identical one, whichever occurrence that is.
/// </remarks>
internal sealed class RecordedCalls
{
    private readonly List<Begun> _begun = [];
    private readonly Dictionary<string, Begun> _byRequest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Begun Call, RecordedEvent Unknown)> _unknown = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly HashSet<Guid> _replaced = [];

    public RecordedCalls(IReadOnlyList<RecordedEvent> events)
    {
        foreach (var recorded in events)
        {
            Take(recorded);
        }

        var last = _begun.Select((call, at) => (call.Place, at)).GroupBy(found => found.Place).ToDictionary(group => group.Key, group => group.Max(found => found.at));
        var answered = new HashSet<object>();
        var calls = new List<ReplayedCall>();
        for (var at = 0; at < _begun.Count; at++)
        {
            var call = _begun[at];
            var told = call.Unknown.Where(call.Followed.Contains).ToList();
            calls.AddRange(told.Select(unknown => new ReplayedCall(call.Request, call.Key, unknown)));
            if (call.Outcome is { } outcome)
            {
                // Of two callers of one occurrence, both of which returned, the answer of the first counts.
                if (call.IsOurs && CallEventForm.IsResponse(outcome.Type) && !answered.Add(call.Place))
                {
                    Replace(call);
                    continue;
                }

                calls.Add(new ReplayedCall(call.Request, call.Key, outcome) { IsOptional = told.Count > 0 && !NamesOf(outcome).Any(_taken.Contains) });
            }
            else if (told.Count == 0 && last[call.Place] == at)
            {
                calls.Add(new ReplayedCall(call.Request, call.Key, call.Unknown.LastOrDefault()));
            }
            else if (told.Count == 0)
            {
                Replace(call);
            }
        }

        All = calls;
    }

    /// <summary>The calls in the order of their requests.</summary>
    public IReadOnlyList<ReplayedCall> All { get; }

    /// <summary>The ids of events of calls in whose place others are.</summary>
    public IReadOnlyCollection<Guid> Replaced => _replaced;

    private void Take(RecordedEvent recorded)
    {
        if (CallEventForm.RequestOf(recorded) is { } request)
        {
            var call = new Begun(recorded, CallKey.Of(request.Kind, request.Request), CallEventForm.Text(recorded, CallEventForm.HashHeader) is not null);
            _begun.Add(call);
            foreach (var name in NamesOf(recorded))
            {
                _byRequest[name] = call;
            }

            foreach (var cause in CausesOf(recorded))
            {
                if (_unknown.TryGetValue(cause, out var failed) && failed.Call.Key != call.Key)
                {
                    failed.Call.Followed.Add(failed.Unknown);
                }
            }
        }
        else if (BudgetRefusalForm.KeyOf(recorded) is { } refused)
        {
            _begun.Add(new Begun(recorded, refused, IsOurs: false) { Outcome = recorded });
        }
        else if (recorded.Type == "call.answered")
        {
            _taken.UnionWith(CausesOf(recorded));
        }
        else if (RequestOf(recorded) is { } call)
        {
            TakeEnd(call, recorded);
        }
    }

    private void TakeEnd(Begun call, RecordedEvent recorded)
    {
        if (recorded.Type == "call.unknown")
        {
            call.Unknown.Add(recorded);
            foreach (var name in NamesOf(recorded))
            {
                _unknown[name] = (call, recorded);
            }
        }
        else if (call.Outcome is null && (recorded.Type is "call.failed" || CallEventForm.Answers(recorded.Type, call.Key.Kind)))
        {
            call.Outcome = recorded;
        }
    }

    private void Replace(Begun call)
    {
        _replaced.Add(call.Request.Id);
        if (call.Outcome is { } outcome)
        {
            _replaced.Add(outcome.Id);
        }
    }

    // In files of other programs, a result names its call.
    private Begun? RequestOf(RecordedEvent recorded)
    {
        var named = CausesOf(recorded);
        if (recorded.Type == "tool.returned"
            && recorded.ToJsonElement() is { ValueKind: JsonValueKind.Object } data
            && data.TryGetProperty("call_id", out var id) && id.ValueKind == JsonValueKind.String)
        {
            named = named.Append(id.GetString()!);
        }

        return named.Select(name => _byRequest.GetValueOrDefault(name)).FirstOrDefault(call => call is not null);
    }

    private static IEnumerable<string> NamesOf(RecordedEvent recorded) =>
        recorded.Metadata.ForeignId is { } foreign ? [recorded.Id.ToString(), foreign] : [recorded.Id.ToString()];

    private static IEnumerable<string> CausesOf(RecordedEvent recorded) =>
        recorded.Metadata.Causes.Select(cause => cause.ToString()).Concat(recorded.Metadata.ForeignCauses);

    /// <summary>A request, and what came of it.</summary>
    private sealed record Begun(RecordedEvent Request, CallKey Key, bool IsOurs)
    {
        public List<RecordedEvent> Unknown { get; } = [];

        /// <summary>Those of them that the agent went on from.</summary>
        public HashSet<RecordedEvent> Followed { get; } = [];

        public RecordedEvent? Outcome { get; set; }

        public object Place => (Key, CallEventForm.SlotOf(Request), CallEventForm.Text(Request, CallEventForm.AttemptHeader));
    }
}
