using System.Text.Json;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>One call of <see cref="Run.CallAsync(string, JsonElement, Func{CallContext, CancellationToken, Task{CallResponse}}, CallOptions?, CancellationToken)"/>.</summary>
/// <remarks>
/// The first caller takes the call, by appending the request under an id that is derived from the stream, the request, its occurrence and
/// the number of attempts before: the log has that id once, so of several callers in any number of processes one gets it, and the others
/// wait for its response or its failure to appear in the log.
/// </remarks>
internal sealed partial class RecordedCall(Run run, CallLog log, AgentLedger ledger, CallKey key, JsonElement request, CallOccurrence wanted, CallOptions options)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private const int LongestError = 16 * 1024;

    private readonly ResponseEvents _responses = new(run.StreamName, ledger, key, request);
    private readonly GivenAnswers _answers = run.Answers;
    private string? _owner;
    private Position? _refusedAt;
    private readonly IReadOnlyList<Guid> _followed = options.Metadata.Causes.Count > 0 ? options.Metadata.Causes : run.Answers.Present;

    /// <summary>Which occurrence of the request this is.</summary>
    public CallOccurrence Wanted => wanted;

    /// <summary>The failure of this occurrence that the agent was told last; null for none.</summary>
    public Guid? Told { get; set; }

    /// <summary>The id of the event that recorded the request; null while the call was not made here.</summary>
    public Guid? RequestId { get; private set; }

    public async Task<CallAnswer> RunAsync(Func<CallContext, CancellationToken, Task<CallResponse>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await TakeOrWaitAsync(call, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (_owner is not null)
            {
                CallOwner.End(_owner);
            }
        }
    }

    private async Task<CallAnswer> TakeOrWaitAsync(Func<CallContext, CancellationToken, Task<CallResponse>> call, CancellationToken cancellationToken)
    {
        var wait = ShortestWait;
        (Guid RequestId, CallListener Listener)? waitingFor = null;
        var (state, length) = await log.FindAsync(key, wanted).ConfigureAwait(false);

        // A call that is new as far as the history is known is begun at that length, and only if the history has moved since is it read.
        length = ledger.AppendsStay && IsNew(state) && options.Approval == ApprovalPolicy.None ? length : null;
        if (length is null && (state.Response is null || wanted.Reuse == CallReuse.Never))
        {
            state = await log.ReadAsync(key, wanted, cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            if (wanted.Reuse == CallReuse.ByOccurrence && state.FailureAfter(Told) is { } failure)
            {
                Tell(failure.Id);
                throw failure.ToException(key.Kind);
            }

            if (IsAnswered(state))
            {
                return await AnswerAsync(state.Response!.Value, cancellationToken).ConfigureAwait(false);
            }

            if (wanted.Reuse == CallReuse.Never && (state.Response is not null || state.Open is not null))
            {
                // Another caller took this occurrence; a call that is always made is the next one then.
                state = await log.ReadAsync(key, wanted, cancellationToken).ConfigureAwait(false);
            }

            if (state.Open is { } other)
            {
                if (waitingFor?.RequestId != other.RequestId)
                {
                    waitingFor = (other.RequestId, new CallListener(ledger.TimeProvider));
                    LogMessages.CallAwaited(ledger.Logger, key.Kind, run.StreamName.Value, other.RequestId, other.Owner ?? "", other.Since);
                }

                if (!await IsOverAsync(other, waitingFor.Value.Listener, cancellationToken).ConfigureAwait(false))
                {
                    await Task.Delay(wait, ledger.TimeProvider, cancellationToken).ConfigureAwait(false);
                    wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, LongestWait.Ticks));
                    state = await ReadAgainAsync(state, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                // Its caller may have recorded how the call ended after this state was read and before it was gone.
                var end = await ReadAgainAsync(state, cancellationToken).ConfigureAwait(false);
                if (end != state || !await MayRepeatAsync(other, state, cancellationToken).ConfigureAwait(false))
                {
                    state = await ReadAgainAsync(state, cancellationToken).ConfigureAwait(false);
                    continue;
                }
            }
            else if (state.NotMade is { } denied && options.Effects != EffectPolicy.Repeat
                && !await MayRepeatAsync(denied, state, cancellationToken).ConfigureAwait(false))
            {
                state = await ReadAgainAsync(state, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (options.Approval == ApprovalPolicy.Required)
            {
                // If anything was recorded since, another call may have been made by the same approval.
                var approved = await run.CheckApprovalAsync(key, request, options.Metadata with { Causes = _followed }, KeyOf(state), cancellationToken).ConfigureAwait(false);
                length = ledger.Store.Get<IUnsavedLog>() is null ? approved : null;
            }

            if (_owner is null)
            {
                _owner = await CallHeartbeat.NameAsync(ledger, cancellationToken).ConfigureAwait(false);
                CallOwner.Begin(_owner);
            }

            // A second caller finds the id in the log, and reads on.
            var taken = await TakeAsync(state, length, cancellationToken).ConfigureAwait(false);
            if (taken is null)
            {
                length = null;
                state = await log.ReadMovedAsync(key, wanted, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (taken.Open is { } open && open.Owner == _owner && !IsAnswered(taken))
            {
                RequestId = open.RequestId;
                using var alive = CallHeartbeat.Begin(ledger, _owner);
                return await MakeAsync(ContextOf(open.RequestId, taken), taken.Slot, call, cancellationToken).ConfigureAwait(false);
            }

            if (taken == state)
            {
                throw new InvalidOperationException(
                    $"The call of kind '{key.Kind}' cannot be recorded in '{run.StreamName}': its history has an event with the id of this request and other headers.");
            }

            (state, length) = (taken, null);
        }
    }

    private bool IsAnswered(CallState state) => state.Response is not null && wanted.Reuse != CallReuse.Never;

    private bool IsNew(CallState state) => state is { Response: null, Open: null } && state.FailureAfter(Told) is null;

    /// <summary>Appends the request, and returns the occurrence as it is then; null if the history has another length. A caller that is stopped leaves no open call.</summary>
    private async Task<CallState?> TakeAsync(CallState state, Position? length, CancellationToken cancellationToken)
    {
        try
        {
            await run.AppendRequestAsync(RequestEvent(state), key, request, options.Estimate, length, cancellationToken).ConfigureAwait(false);

            cancellationToken.ThrowIfCancellationRequested();

            // Another occurrence may have been answered meanwhile, but what was taken is this one.
            var taken = await log.FindAsync(key, state.Slot).ConfigureAwait(false);
            if (taken.Open?.Owner != _owner)
            {
                taken = await log.ReadAsync(key, state.Slot, cancellationToken).ConfigureAwait(false);
            }

            if (IsAnswered(taken))
            {
                // An earlier attempt was answered after the look and before this request.
                await ReleaseAsync(state, "answered").ConfigureAwait(false);
            }
            else if (taken.Open?.Owner == _owner)
            {
                return taken;
            }

            return await ReadAgainAsync(state, cancellationToken).ConfigureAwait(false);
        }
        catch (WrongExpectedVersionException refused) when (length is not null && length != _refusedAt && refused.Stream == run.StreamName)
        {
            // In a transaction of the caller, which sees no more than when it began, the second conflict is thrown.
            _refusedAt = length;
            return null;
        }
        catch (Exception e) when (e is not (BudgetExceededException or ApprovalPendingException))
        {
            await ReleaseAsync(state, e.GetType().Name).ConfigureAwait(false);
            throw;
        }
    }

    private async Task ReleaseAsync(CallState state, string reason)
    {
#pragma warning disable CA1031 // The caller needs the exception that stopped it.
        try
        {
            var taken = await log.ReadAsync(key, state.Slot, CancellationToken.None).ConfigureAwait(false);
            if (taken.Open is { } open && open.Owner == _owner)
            {
                await RecordAsync(new CallReleased(key.Kind, $"stopped before the call was made: {reason}"), open.RequestId, null).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            LogMessages.CallFailureNotRecorded(ledger.Logger, e, run.StreamName.Value, key.Kind);
        }
#pragma warning restore CA1031
    }

    /// <summary>The agent is told of a failure: what it does next follows from that.</summary>
    private void Tell(Guid failure)
    {
        Told = failure;
        _answers.Add(failure, _followed);
    }

    // Another occurrence may be answered meanwhile, which is as good where any answers.
    private Task<CallState> ReadAgainAsync(CallState state, CancellationToken cancellationToken) => wanted.Reuse == CallReuse.Once
        ? log.ReadAsync(key, wanted, cancellationToken)
        : log.ReadAsync(key, state.Slot, cancellationToken);

    /// <summary>Whether the caller of a call is gone, or counts as gone.</summary>
    private async Task<bool> IsOverAsync(OpenCall other, CallListener listener, CancellationToken cancellationToken) =>
        await ledger.IsGoneAsync(other, listener, cancellationToken).ConfigureAwait(false)
            ?? (listener.Waited >= ledger.Options.CallLease || ledger.TimeProvider.GetUtcNow() - other.Since >= ledger.Options.CallLease);

    /// <summary>Whether a call whose caller is gone, or that was not made as its callee said, is made again; false when it has been answered now.</summary>
    /// <exception cref="CallUnknownException">It must not be made again.</exception>
    private async Task<bool> MayRepeatAsync(OpenCall other, CallState state, CancellationToken cancellationToken)
    {
        if (options.Effects == EffectPolicy.Repeat)
        {
            return true;
        }

        if (options.Effects == EffectPolicy.Reconcile)
        {
            var outcome = await options.Reconcile!(ContextOf(other.RequestId, state), cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException("The reconciliation returned null. Return what became of the call, or throw.");
            var abandoned = new AbandonedCall(run, log, ledger, key, state.Slot, other.RequestId);
            if (outcome.Response is { } response)
            {
                await abandoned.AnswerAsync(_responses.Of(response, Metadata(other.RequestId)).Event, cancellationToken).ConfigureAwait(false);
                return false;
            }

            if (outcome.MayRepeat)
            {
                if (state.Open is not null && !log.Budgets.IsEmpty)
                {
                    await abandoned.ReleaseAsync(Metadata(other.RequestId), cancellationToken).ConfigureAwait(false);
                }

                return true;
            }
        }

        if (state.Open is not null && await RecordLeftAsync(new LeftCall(run.StreamName, other.RequestId, other.Owner), state).ConfigureAwait(false) is { } left)
        {
            Tell(left);
        }

        throw new CallUnknownException(run.StreamName, key.Kind, other.RequestId, other.Owner);
    }

    private async Task<CallAnswer> MakeAsync(
        CallContext context, int slot, Func<CallContext, CancellationToken, Task<CallResponse>> call, CancellationToken cancellationToken)
    {
        var begun = ledger.TimeProvider.GetTimestamp();
        NewEvent responded;
        JsonElement? original;
        try
        {
            var response = await call(context, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException("The call returned null. Return a response, or throw.");
            (responded, original) = _responses.Of(response, Metadata(context.RequestId), ledger.TimeProvider.GetElapsedTime(begun));
        }
        catch (Exception e)
        {
            // The effect of a call that did not end well is unknown, unless it says that it had none. That matters if it must not be repeated.
            var reason = StorableText.Of($"{e.GetType().Name}: {e.Message}", LongestError);
            var isUnknown = options.Effects != EffectPolicy.Repeat && e is not CallNotMadeException && ledger.CallSource is not { MakesCalls: false };
            object outcome = isUnknown ? new CallUnknown(key.Kind, reason) : new CallFailed(key.Kind, reason);
            Guid? id = isUnknown ? EventIds.OfUnknownCall(context.RequestId) : null;
            if (await RecordAsync(outcome, context.RequestId, id, ChargedFailure.IsPossible(e)).ConfigureAwait(false) is { } failure
                && !cancellationToken.IsCancellationRequested)
            {
                Tell(failure);
            }

            throw;
        }

        // The call is made and paid for, so the answer is written even if the caller has cancelled.
        await RecordAnswerAsync(responded, context.RequestId, original).ConfigureAwait(false);
        var state = await log.FindAsync(key, slot).ConfigureAwait(false);
        if (state.Response is null)
        {
            state = await log.ReadAsync(key, slot, CancellationToken.None).ConfigureAwait(false);
        }

        var recorded = await log.ReadAnswerAsync(state.Response!.Value, CancellationToken.None).ConfigureAwait(false);
        var answer = CallAnswer.Of(key.Kind, recorded, state.Response.Value, isFromLog: recorded.Id != responded.Id);
        _answers.Add(recorded.Id, _followed);
        return original is { } whole && !answer.IsFromLog ? answer with { Response = whole } : answer;
    }

    private async Task<CallAnswer> AnswerAsync(Position position, CancellationToken cancellationToken)
    {
        var recorded = await log.ReadAnswerAsync(position, cancellationToken).ConfigureAwait(false);
        var answer = CallAnswer.Of(key.Kind, recorded, position, isFromLog: true);
        var answered = new CallAnswered(key.Kind, recorded.Id, answer.Cost.Usd, answer.Cost.InputTokens, answer.Cost.OutputTokens);
        var metadata = options.Metadata with { Causes = [recorded.Id, .. options.Metadata.Causes] };
        await run.AppendOwnAsync(new NewEvent(answered, metadata), cancellationToken).ConfigureAwait(false);
        _answers.Add(recorded.Id, _followed);
        return answer;
    }

    private CallContext ContextOf(Guid requestId, CallState state) => new(
        run.StreamName,
        key.Kind,
        requestId,
        KeyOf(state).ToString(),
        Math.Max(state.Attempts, 1));

    private Guid KeyOf(CallState state) => EventIds.OfCallKey(run.StreamName, key.Kind, key.RequestHash, key.Attempt, state.Slot);

    private NewEvent RequestEvent(CallState state)
    {
        var headers = CallEventForm.HeadersOf(key, options.Metadata);
        headers.Add(CallEventForm.OwnerHeader, JsonText.ToElement(_owner!));
        CallEventForm.AddOccurrence(headers, key, state.Slot);
        var causes = options.Metadata.ForeignCauses.Count == 0 ? _followed : options.Metadata.Causes;
        return new NewEvent(CallEventForm.Request(key.Kind, request), options.Metadata with { Causes = causes, Headers = headers, ForeignId = null })
        {
            Id = EventIds.OfCall(run.StreamName, key.Kind, key.RequestHash, key.Attempt, state.Slot, state.Attempts),
        };
    }
}
