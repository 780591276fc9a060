using System.Text.Json;
using Ledger.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger;

/// <content>Calls that a person has to approve.</content>
public sealed partial class Run
{
    /// <summary>Lists the requests for which approval was asked (<see cref="CallOptions.Approval"/>), with what was decided last, the oldest first.</summary>
    /// <remarks>A branch lists those of its prefix too: a decision before the fork counts on the branch, a later one does not.</remarks>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<IReadOnlyList<Approval>> ListApprovalsAsync(CancellationToken cancellationToken = default)
    {
        var now = _ledger.TimeProvider.GetUtcNow();
        return [.. (await _calls.ReadApprovalsAsync(cancellationToken).ConfigureAwait(false)).Select(approval => approval.At(now))];
    }

    /// <summary>Approves or denies a request; the last decision counts. An approval is good for one call, unless <see cref="ApprovalOptions.GoodFor"/> says otherwise.</summary>
    /// <param name="id">The id of the event that asks for approval, as <see cref="ListApprovalsAsync"/> lists it.</param>
    /// <param name="decision">What is decided.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="reason">Why; null for no reason.</param>
    /// <param name="cancellationToken">Stops waiting; the event is then written or not.</param>
    /// <exception cref="ArgumentException">This history does not wait for approval under that id, or asked again since.</exception>
    /// <exception cref="InvalidOperationException">It raised a budget (<see cref="BudgetPolicy"/>), which cannot be denied any more.</exception>
    public async Task DecideAsync(Guid id, ApprovalDecision decision, string by, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        if (!Enum.IsDefined(decision))
        {
            throw new ArgumentOutOfRangeException(nameof(decision), decision, "There is no such decision.");
        }

        var approval = (await ListApprovalsAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(a => a.Id == id)
            ?? throw new ArgumentException($"'{StreamName}' has no request for approval '{id}', or asked again since.", nameof(id));
        var decided = new ApprovalDecided(approval.Kind, approval.RequestHash, decision == ApprovalDecision.Approved, by, reason);
        var made = new NewEvent(decided, new EventMetadata { Actor = by, Causes = [id] });
        await (BudgetRaise.Of(approval) is { } raise
            ? RaiseBudgetAsync(approval, raise, decision, made, cancellationToken)
            : AppendOwnAsync(made, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>The last approval of a request; asks for approval if that was not done, or too long ago.</summary>
    /// <param name="key">The request.</param>
    /// <param name="request">Its JSON.</param>
    /// <param name="metadata">Of the event that asks.</param>
    /// <param name="askedAs">The id under which a chat client shows the request to a person: another than before asks again once the one before was decided on. Null for none.</param>
    /// <param name="call">The call that is to be made, by its idempotency key; null for what is no call.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The event that asked, what was decided on it, and the length of the history at which that is so.</returns>
    internal async Task<(Guid Id, Approval? Decided, Position Length)> AskApprovalAsync(
        CallKey key, JsonElement request, EventMetadata metadata, string? askedAs, Guid? call, CancellationToken cancellationToken)
    {
        var (last, shown, count, length) = await ReadApprovalAsync(key, askedAs, cancellationToken).ConfigureAwait(false);
        if ((InForce(shown, call) ?? (askedAs is null || last?.Decision is null ? InForce(last, call) : null)) is { } approval)
        {
            return (approval.Id, approval.Decision is null ? null : approval, length);
        }

        // Several callers ask once.
        var id = EventIds.OfApproval(StreamName, key.Kind, key.RequestHash, count);
        if (askedAs is not null)
        {
            metadata = metadata with { Headers = new Dictionary<string, JsonElement>(metadata.Headers) { [ApprovalIndex.AskedAsHeader] = JsonText.ToElement(askedAs) } };
        }

        var expiresAt = _ledger.Options.Approvals.DecideWithin is { } time ? _ledger.TimeProvider.GetUtcNow() + time : (DateTimeOffset?)null;
        var asked = new NewEvent(new ApprovalRequested(key.Kind, key.RequestHash, request, expiresAt), metadata with { ForeignId = null }) { Id = id };
        try
        {
            await AppendOwnAsync(asked, cancellationToken).ConfigureAwait(false);
        }
        catch (EventIdInUseException)
        {
            // Another asked first, in other words.
        }

        return (id, null, length);
    }

    /// <summary>What was asked under an id of a chat client, or else the last time for the request, unless its decision is too old; and the last time. Null for none.</summary>
    internal async Task<(Approval? Valid, Approval? Last)> FindApprovalAsync(CallKey key, string askedAs, CancellationToken cancellationToken)
    {
        var call = NextCallOf(key);
        var (last, shown, _, _) = await ReadApprovalAsync(key, askedAs, cancellationToken).ConfigureAwait(false);
        return (InForce(shown, call) ?? InForce(last, call), last);
    }

    /// <summary>What a chat client asked for last under an id; null for nothing.</summary>
    internal Task<Approval?> FindShownAsync(string askedAs, CancellationToken cancellationToken) => _calls.ReadShownAsync(askedAs, cancellationToken);

    /// <summary>The idempotency key of the call that an identical request would be now.</summary>
    internal Guid NextCallOf(CallKey key)
    {
        var isOnce = _ledger.Options.CallReuse.GetValueOrDefault(key.Kind, CallReuse.Once) == CallReuse.Once;
        key = key with { Attempt = isOnce ? null : AgentScope.AttemptOf(_attempt) };
        return EventIds.OfCallKey(StreamName, key.Kind, key.RequestHash, key.Attempt, isOnce ? 0 : _occurrences.Next(key));
    }

    /// <summary>Returns the length of the history at which a call is approved; asks for approval if that was not done, too long ago, or for another call.</summary>
    /// <exception cref="ApprovalPendingException">It is not decided on.</exception>
    /// <exception cref="ApprovalDeniedException">It is denied.</exception>
    internal async Task<Position> CheckApprovalAsync(CallKey key, JsonElement request, EventMetadata metadata, Guid call, CancellationToken cancellationToken)
    {
        var (id, decided, length) = await AskApprovalAsync(key, request, metadata, null, call, cancellationToken).ConfigureAwait(false);
        if (decided is null)
        {
            throw new ApprovalPendingException(StreamName, key.Kind, id);
        }

        return decided.Decision == ApprovalDecision.Denied ? throw new ApprovalDeniedException(StreamName, decided) : length;
    }

    private async Task<(Approval? Last, Approval? Shown, int Count, Position Length)> ReadApprovalAsync(CallKey key, string? askedAs, CancellationToken cancellationToken)
    {
        var now = _ledger.TimeProvider.GetUtcNow();
        var (last, shown, count, length) = await _calls.ReadApprovalAsync(key, askedAs, cancellationToken).ConfigureAwait(false);
        return (last?.At(now), shown?.At(now), count, length);
    }

    // One that waits is in force until it has expired, which is a decision.
    private Approval? InForce(Approval? approval, Guid? call)
    {
        var options = _ledger.Options.Approvals;
        var isOld = approval?.DecidedAt is { } decidedAt && _ledger.TimeProvider.GetUtcNow() - decidedAt > options.ValidFor;
        var isOfAnother = options.GoodFor == ApprovalUse.OneCall
            && approval is { Decision: ApprovalDecision.Approved } && call is { } made && !approval.IsFor(made, StreamName);
        return isOld || isOfAnother ? null : approval;
    }
}
