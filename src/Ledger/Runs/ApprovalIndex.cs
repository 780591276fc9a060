using Ledger.Log;

namespace Ledger.Runs;

/// <summary>The approvals of a history, by the request that they are on. Not safe for concurrent use.</summary>
internal sealed class ApprovalIndex
{
    /// <summary>The header of <c>approval.requested</c> with the id under which a chat client asked.</summary>
    public const string AskedAsHeader = "approval_asked_as";

    private readonly Dictionary<(string Kind, string RequestHash), (Approval Last, int Count, int Place)> _approvals = [];
    private readonly Dictionary<(string Kind, string RequestHash, string AskedAs), Approval> _shown = [];
    private readonly Dictionary<string, Approval> _lastShown = new(StringComparer.Ordinal);
    private int _asked;

    /// <summary>The last time that approval of a request was asked for; null if it never was.</summary>
    public Approval? Find(CallKey key) => _approvals.GetValueOrDefault((key.Kind, key.RequestHash)).Last;

    /// <summary>The last time that a chat client asked for approval of a request under an id; null if it never did.</summary>
    public Approval? Find(CallKey key, string? askedAs) => askedAs is null ? null : _shown.GetValueOrDefault((key.Kind, key.RequestHash, askedAs));

    /// <summary>What a chat client asked for last under an id; null for nothing.</summary>
    public Approval? FindShown(string askedAs) => _lastShown.GetValueOrDefault(askedAs);

    /// <summary>How often approval of a request was asked for.</summary>
    public int CountOf(CallKey key) => _approvals.GetValueOrDefault((key.Kind, key.RequestHash)).Count;

    /// <summary>The last time of each request, the oldest first.</summary>
    public IReadOnlyList<Approval> All() => [.. _approvals.Values.OrderBy(a => a.Place).Select(a => a.Last)];

    /// <summary>What an event asks approval for; null for any other event.</summary>
    public static Approval? AskedBy(RecordedEvent recorded) => recorded.Data is ApprovalRequested asked
        ? new Approval(recorded.Id, asked.Kind, asked.RequestHash, asked.Request, recorded.Timestamp)
        {
            AskedAs = CallEventForm.Text(recorded, AskedAsHeader),
            ExpiresAt = asked.ExpiresAt,
        }
        : null;

    public void Take(RecordedEvent recorded)
    {
        if (AskedBy(recorded) is { } asked)
        {
            var before = _approvals.GetValueOrDefault((asked.Kind, asked.RequestHash)).Count;
            Keep(asked, before + 1, ++_asked);
        }
        else if (recorded.Data is ApprovalDecided decided
            && _approvals.TryGetValue((decided.Kind, decided.RequestHash), out var known)
            && recorded.Metadata.Causes.Contains(known.Last.Id))
        {
            var decision = decided.IsApproved ? ApprovalDecision.Approved : ApprovalDecision.Denied;
            var last = known.Last with { Decision = decision, By = decided.By, Reason = decided.Reason, DecidedAt = recorded.Timestamp, DecidedIn = recorded.Stream };
            Keep(last, known.Count, known.Place);
        }
    }

    /// <summary>Takes the request of a call: if it is approved, no other call may be made by that approval.</summary>
    public void TakeRequest(CallKey key, StreamName stream, int slot)
    {
        if (_approvals.TryGetValue((key.Kind, key.RequestHash), out var known) && known.Last is { Decision: ApprovalDecision.Approved, UsedBy: null } approved)
        {
            var usedBy = EventIds.OfCallKey(stream, key.Kind, key.RequestHash, key.Attempt, slot);
            Keep(approved with { UsedBy = usedBy }, known.Count, known.Place);
        }
    }

    private void Keep(Approval last, int count, int place)
    {
        _approvals[(last.Kind, last.RequestHash)] = (last, count, place);
        if (last.AskedAs is { } askedAs)
        {
            _shown[(last.Kind, last.RequestHash, askedAs)] = last;
            if (!_lastShown.TryGetValue(askedAs, out var shown) || shown.Id == last.Id || last.Decision is null)
            {
                _lastShown[askedAs] = last;
            }
        }
    }
}
