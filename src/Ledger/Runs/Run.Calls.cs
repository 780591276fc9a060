using System.Text.Json;
using Ledger.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger;

public sealed partial class Run
{
    private readonly CallLog _calls;
    private readonly AttemptCounter _occurrences = new();
    private readonly string? _attempt;

    /// <summary>Makes a call and records it, unless this history, including the shared prefix, already has its answer.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>Two requests are the same when kind and JSON are, by value: order of members and spelling of numbers do not count. <see cref="CallReuse"/> decides
    /// which recorded answer the n-th identical request gets: the first for models, the n-th for tools.</item>
    /// <item>The history has the answer: it is returned, nothing is called, and an event <c>call.answered</c> records what was saved. Any recorded response
    /// counts if it names its request as a cause.</item>
    /// <item>The history does not have it: the request is appended, the call is made, and the response is appended with its cost and duration.</item>
    /// <item>The call throws, is cancelled, or returns no response: an event <c>call.failed</c> is appended and the exception goes to the
    /// caller. A failure is no answer; the next caller calls again. But an agent that went on from the failure of a tool, with another call that follows
    /// from it, is told of it again when it is run again, by a <see cref="RecordedFailureException"/>.</item>
    /// <item>The call returns an answer that cannot be stored, such as U+0000, half a surrogate pair or more than <see cref="PayloadRules.MaxBytes"/>: the
    /// caller gets it unchanged, and the log gets the nearest form that can be stored, which later callers get. <see cref="CallAnswer.Altered"/> lists what was
    /// replaced or cut, with hash and length of the original.</item>
    /// <item>Another caller is making the call: this waits for the outcome. Callers through one <see cref="AgentLedger"/> take turns;
    /// those of other processes are kept apart by the log, which has the request of each attempt once. One whose process has ended on this
    /// machine, or that was not heard of for five times its <see cref="AgentLedgerOptions.CallHeartbeat"/>, counts as gone. The <see cref="EffectPolicy"/> then decides whether the call
    /// is made again, refused, or reconciled. If the other caller returns after all, both responses are in the log, and the first counts.</item>
    /// <item>With <see cref="EffectPolicy.Refuse"/> and <see cref="EffectPolicy.Reconcile"/> a call that is cut off, by cancellation, a time-out or
    /// a broken connection, has no known end: an event <c>call.unknown</c> is appended instead of <c>call.failed</c>.</item>
    /// </list>
    /// <para>The events of a model (<c>llm</c>) are <c>llm.request</c> and <c>llm.response</c>, those of a tool (<c>tool</c>)
    /// <c>tool.called</c> and <c>tool.returned</c>, all others <c>call.requested</c> and <c>call.returned</c>.</para>
    /// <para>The next event appended by the handle without explicit causes is caused by the answers it received. An answer replaces those that led to its
    /// request: after a call, the next event follows from that call; after parallel calls, from all of them.</para>
    /// <para>Cost: the first call of a handle reads the events of calls, approvals and budgets in the history (in memory and in a session with unsaved events all events), later
    /// calls only events of other writers; so keep the handle. Where it is alone on its
    /// history, a call is two appends, as the request is refused if there is anything new.</para>
    /// </remarks>
    /// <param name="kind">What is called: <c>llm</c>, <c>tool</c>, or a word of the application's.</param>
    /// <param name="request">The request: JSON. For a tool <c>{"tool": …, "arguments": …}</c>.</param>
    /// <param name="call">Makes the call.</param>
    /// <param name="options">How it is answered and repeated; null for the defaults of the kind.</param>
    /// <param name="cancellationToken">Stops waiting, and is passed to the call. An answer that was already returned is still recorded.</param>
    /// <exception cref="ArgumentException">The request is not JSON, there is no kind, or <see cref="EffectPolicy.Reconcile"/> has no callback.</exception>
    /// <exception cref="InvalidEventException">The request cannot be stored; no call was made.</exception>
    /// <exception cref="RecordedFailureException">The call failed before, and the agent went on from that; no call was made.</exception>
    /// <exception cref="CallUnknownException">The call was begun before, its outcome is unknown, and its policy does not allow it to be repeated.</exception>
    /// <exception cref="InvalidOperationException">Two agents, each in its <see cref="AgentScope"/> without a name, share the handle and make the same call.</exception>
    /// <exception cref="ApprovalPendingException">The call needs approval and was not decided on; no call was made.</exception>
    /// <exception cref="ApprovalDeniedException">The call needs approval and was denied; no call was made.</exception>
    /// <exception cref="BudgetExceededException">The run has a budget (<see cref="SetBudgetAsync"/>) that does not allow the call; no call was made.</exception>
    public async Task<CallAnswer> CallAsync(
        string kind,
        JsonElement request,
        Func<CallContext, CancellationToken, Task<CallResponse>> call,
        CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        ArgumentNullException.ThrowIfNull(call);
        if (request.ValueKind == JsonValueKind.Undefined)
        {
            throw new ArgumentException("The request of a call must be JSON, but the element is undefined.", nameof(request));
        }

        options ??= new CallOptions();
        if (options is { Effects: EffectPolicy.Reconcile, Reconcile: null })
        {
            throw new ArgumentException($"{nameof(EffectPolicy)}.{nameof(EffectPolicy.Reconcile)} needs {nameof(CallOptions)}.{nameof(CallOptions.Reconcile)}.", nameof(options));
        }

        var made = new TimedCall(call);
        call = made.MakeAsync;
        if (_ledger.CallSource is { } source)
        {
            // What the source answers is not made, and needs no approval.
            var own = call;
            var (approval, metadata) = (options.Approval, options.Metadata);
            options = options with { Approval = ApprovalPolicy.None };
            call = (context, token) => source.AnswerAsync(kind, request, inner => MakeAsync(context, inner), token);

            async Task<CallResponse> MakeAsync(CallContext context, CancellationToken inner)
            {
                if (approval == ApprovalPolicy.Required)
                {
                    await CheckApprovalAsync(CallKey.Of(kind, request), request, metadata, Guid.Parse(context.IdempotencyKey), inner).ConfigureAwait(false);
                }

                return await own(context, inner).ConfigureAwait(false);
            }
        }

        // What cannot be stored is refused before it is hashed, and before anything is written.
        _ledger.Store.Registry.Write(new NewEvent(CallEventForm.Request(kind, request)));
        return await WatchedCall.RunAsync(this, kind, request, options, made, () => RecordAsync(kind, request, call, options, cancellationToken)).ConfigureAwait(false);
    }

    private async Task<(CallAnswer Answer, Guid? RequestId)> RecordAsync(
        string kind, JsonElement request, Func<CallContext, CancellationToken, Task<CallResponse>> call, CallOptions options, CancellationToken cancellationToken)
    {
        var reuse = options.Reuse ?? _ledger.Options.CallReuse.GetValueOrDefault(kind, CallReuse.Once);
        var key = CallKey.Of(kind, request) with { Attempt = reuse == CallReuse.Once ? null : AgentScope.AttemptOf(_attempt) };
        if (reuse == CallReuse.Never)
        {
            // A call of its own each time: no caller waits for another.
            var own = new RecordedCall(this, _calls, _ledger, key, request, new CallOccurrence(reuse), options);
            return (await own.RunAsync(call, cancellationToken).ConfigureAwait(false), own.RequestId);
        }

        var number = reuse == CallReuse.Once ? default : await NumberAsync(key, cancellationToken).ConfigureAwait(false);
        var recorded = new RecordedCall(this, _calls, _ledger, key, request, new CallOccurrence(reuse, number.Number), options) { Told = number.Told };
        try
        {
            var turn = (StreamName, key, recorded.Wanted);
            using var entered = CallsUnderWay.Enter(turn)
                ?? throw new InvalidOperationException($"The call of kind '{kind}' in '{StreamName}' makes the same call inside itself, and would wait for itself forever.");
            var answer = await _ledger.CallTurns.TakeAsync(turn, () => recorded.RunAsync(call, cancellationToken), cancellationToken).ConfigureAwait(false);
            return (answer, recorded.RequestId);
        }
        catch
        {
            if (reuse != CallReuse.Once)
            {
                _occurrences.Return(key, number, recorded.Told);
            }

            throw;
        }
    }

    // After a recorded failure the repetition is next, unless an identical call that was made beside the first one was begun before the repetition.
    private async Task<AttemptNumber> NumberAsync(CallKey key, CancellationToken cancellationToken)
    {
        var number = _occurrences.Take(key, AgentScope.Present) ?? throw new InvalidOperationException(
            $"Two agents that share a handle of '{StreamName}' make the same call of kind '{key.Kind}', and run again they could not tell their answers apart. "
            + $"Give each its name ({nameof(AgentScope)}.{nameof(AgentScope.Open)}(\"planner\")), or a handle of its own ({nameof(BeginAttemptAsync)}).");
        if (number is not { Told: { } told, Unused: { } unused })
        {
            return number;
        }

        try
        {
            var (repeated, beside) = await _calls.ReadAsync(key, number.Number, unused, cancellationToken).ConfigureAwait(false);
            return beside.NextAfter(null) is { } at && (repeated.NextAfter(told) is not { } repeatedAt || at < repeatedAt)
                ? _occurrences.Exchange(key, number)
                : number;
        }
        catch
        {
            _occurrences.Return(key, number, null);
            throw;
        }
    }

    /// <summary>Makes a call whose request is JSON text; see the other overload.</summary>
    /// <param name="kind">What is called.</param>
    /// <param name="request">The request: JSON text. A plain question is JSON when it stands in quotes.</param>
    /// <param name="call">Makes the call.</param>
    /// <param name="options">How it is answered and repeated; null for the defaults of the kind.</param>
    /// <param name="cancellationToken">Stops waiting, and is passed to the call.</param>
    /// <exception cref="ArgumentException">The request is not JSON, there is no kind, or <see cref="EffectPolicy.Reconcile"/> has no callback.</exception>
    public Task<CallAnswer> CallAsync(
        string kind,
        string request,
        Func<CallContext, CancellationToken, Task<CallResponse>> call,
        CallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync(kind, ParseRequest(request), call, options, cancellationToken);

    /// <summary>Makes a call of any kind once: <see cref="CallAsync(string, JsonElement, Func{CallContext, CancellationToken, Task{CallResponse}}, CallOptions?, CancellationToken)"/>
    /// with <see cref="CallReuse.Once"/>, so that the same request has the same answer, however often it is made.</summary>
    /// <param name="kind">What is called: <c>llm</c>, <c>tool</c>, or a word of the application's.</param>
    /// <param name="request">The request: JSON.</param>
    /// <param name="call">Makes the call.</param>
    /// <param name="metadata">Who calls and why, for the event of the request; null for nothing.</param>
    /// <param name="cancellationToken">Stops waiting, and is passed to the call.</param>
    /// <exception cref="ArgumentException">The request is not JSON, or there is no kind.</exception>
    /// <exception cref="InvalidEventException">The request cannot be stored; no call was made.</exception>
    public Task<CallAnswer> CallOnceAsync(
        string kind,
        JsonElement request,
        Func<CancellationToken, Task<CallResponse>> call,
        EventMetadata? metadata = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        var options = new CallOptions { Reuse = CallReuse.Once, Metadata = metadata ?? EventMetadata.None };
        return CallAsync(kind, request, (_, token) => call(token), options, cancellationToken);
    }

    /// <summary>Makes a call once whose request is JSON text; see the other overload.</summary>
    /// <param name="kind">What is called.</param>
    /// <param name="request">The request: JSON text. A plain question is JSON when it stands in quotes.</param>
    /// <param name="call">Makes the call.</param>
    /// <param name="metadata">Who calls and why, for the event of the request; null for nothing.</param>
    /// <param name="cancellationToken">Stops waiting, and is passed to the call.</param>
    /// <exception cref="ArgumentException">The request is not JSON, or there is no kind.</exception>
    public Task<CallAnswer> CallOnceAsync(
        string kind,
        string request,
        Func<CancellationToken, Task<CallResponse>> call,
        EventMetadata? metadata = null,
        CancellationToken cancellationToken = default) =>
        CallOnceAsync(kind, ParseRequest(request), call, metadata, cancellationToken);

    /// <summary>Begins an attempt of an agent, or finds where it began: identical requests of tools are counted from there.</summary>
    /// <remarks>
    /// An agent that works in turns names each turn, and when it is run again after a crash it names the same: its calls are answered as far as the
    /// log has answers, and made from there on. Without an attempt a handle counts from the start of the history.
    /// </remarks>
    /// <param name="name">The attempt's name, such as <c>turn-7</c>; the same for a repetition.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>A handle of the attempt's own on the same history.</returns>
    public async Task<Run> BeginAttemptAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var begun = new NewEvent(new AttemptStarted(name)) { Id = EventIds.OfAttempt(StreamName, name) };
        await AppendOwnAsync(begun, cancellationToken).ConfigureAwait(false);
        return new Run(this, name);
    }

    /// <summary>Lists the calls that were begun and have neither an answer nor a failure, in the order of their time.</summary>
    /// <remarks>A branch lists only its own calls; those that were open in its parent at the fork belong to the parent.</remarks>
    public async Task<IReadOnlyList<OpenCall>> ListOpenCallsAsync(CancellationToken cancellationToken = default)
    {
        var calls = await _calls.ReadOpenAsync(cancellationToken).ConfigureAwait(false);
        var open = (await _ledger.WithCallersAsync(calls, cancellationToken).ConfigureAwait(false)).ToList();
        if (open.Exists(call => call.IsUnknown))
        {
            // A caller that is gone now may have recorded how its call ended after the calls were read.
            var still = (await _calls.ReadOpenAsync(cancellationToken).ConfigureAwait(false)).Select(call => call.RequestId).ToHashSet();
            open.RemoveAll(call => call.IsUnknown && !still.Contains(call.RequestId));
        }

        return open;
    }

    /// <summary>Allows an open call to be made again: it counts as not made.</summary>
    /// <param name="requestId">The id of the event that recorded the request, as <see cref="ListOpenCallsAsync"/> lists it.</param>
    /// <param name="reason">Why, for the log; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">This history has no open call of that id, nor one that was released because its callee said that it was not made.</exception>
    public async Task ReleaseCallAsync(Guid requestId, string? reason = null, CancellationToken cancellationToken = default)
    {
        var open = await _calls.ReadUnsettledAsync(requestId, cancellationToken).ConfigureAwait(false)
            ?? throw new ArgumentException($"'{StreamName}' has no open call '{requestId}'.", nameof(requestId));
        var released = new NewEvent(new CallReleased(open.Kind, reason), new EventMetadata { Causes = [requestId] });
        await AppendOutcomeAsync(released, requestId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Records an answer from outside: to a call with an unknown outcome or, on a branch, an answer that differs from the parent's.</summary>
    /// <remarks>
    /// On a branch that was forked before the call (<see cref="ForkBeforeAsync"/>) the request is recorded again with this answer in its place; an agent
    /// that is run again there gets it.
    /// </remarks>
    /// <param name="requestId">The id of the event that recorded the request, here or in the history that the branch was forked from.</param>
    /// <param name="response">The answer.</param>
    /// <param name="metadata">Who answers and why; null for nothing.</param>
    /// <param name="cancellationToken">Stops waiting; the events are then written whole or not at all.</param>
    /// <exception cref="ArgumentException">The log has no such request, or has it in a run that this is no branch of.</exception>
    /// <exception cref="CallAnsweredException">This history has an answer to it already.</exception>
    public async Task<CallAnswer> AnswerAsync(
        Guid requestId, CallResponse response, EventMetadata? metadata = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(response);
        var all = await _ledger.Store.FindEventsAsync([requestId], cancellationToken).ConfigureAwait(false);
        if (all is not [var found, ..] || CallEventForm.RequestOf(found) is not var (kind, request))
        {
            throw new ArgumentException($"The log has no request of a call with the id '{requestId}'.", nameof(requestId));
        }

        metadata ??= EventMetadata.None;
        var key = CallEventForm.KeyOf(found, kind, request);
        if (await _calls.ReadUnsettledAsync(requestId, cancellationToken).ConfigureAwait(false) is not null)
        {
            return await new OutsideAnswer(this, _calls, _ledger, key, request, 0).CloseAsync(found, response, metadata, cancellationToken).ConfigureAwait(false);
        }

        // Which occurrence it is, the history that it is in knows.
        var origin = await _ledger.FindAsync(found.Stream, cancellationToken).ConfigureAwait(false);
        if (origin is null || origin.History.Root != History.Root)
        {
            throw new ArgumentException($"'{StreamName}' and '{found.Stream}', which has the call '{requestId}', are not of one run.", nameof(requestId));
        }

        var occurrence = await origin._calls.ReadRequestAsync(requestId, cancellationToken).ConfigureAwait(false);
        var answer = new OutsideAnswer(this, _calls, _ledger, key, request, occurrence?.Slot ?? 0);
        return await answer.ReplaceAsync(found, response, metadata, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forks this run or branch where a call was made: the branch has everything before the call's request.</summary>
    /// <param name="requestId">The id of the event that recorded the request.</param>
    /// <param name="options">The branch's id and label; null for a new id without a label.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">This history has no event of that id.</exception>
    public async Task<Run> ForkBeforeAsync(Guid requestId, ForkOptions? options = null, CancellationToken cancellationToken = default)
    {
        var found = await FindEventAsync(requestId.ToString(), cancellationToken).ConfigureAwait(false);
        return found?.Position is { } position
            ? await ForkAsync(position, options, cancellationToken).ConfigureAwait(false)
            : throw new ArgumentException($"'{StreamName}' has no event '{requestId}'.", nameof(requestId));
    }

    private static JsonElement ParseRequest(string request)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            using var document = JsonDocument.Parse(request, new JsonDocumentOptions { MaxDepth = EventJson.ReaderOptions.MaxDepth });
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // The parser's message ends with its own count of lines and bytes.
            throw new ArgumentException(
                $"The request of a call must be JSON: {e.Message.Split(" LineNumber:", 2)[0]} Put a plain text in quotes.", nameof(request), e);
        }
    }

    /// <summary>Totals of the calls in the history: how many were made, how many the log answered, and what that cost and saved.</summary>
    /// <remarks>The first call of a handle reads the events of calls in the history, later calls only newer ones.</remarks>
    public async Task<RunUsage> GetUsageAsync(CancellationToken cancellationToken = default) => History.PartOf is null
        ? await _calls.ReadUsageAsync(cancellationToken).ConfigureAwait(false)
        : (await GetSummaryAsync(cancellationToken).ConfigureAwait(false))?.Usage ?? await _calls.ReadUsageAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>What the answered calls of each model used: tokens of each sort, price and duration, whole and since the fork. Sorted by kind, model and provider.</summary>
    /// <remarks>The first call of a handle reads the whole history, later calls only newer events. What a recording states for all of its calls together is in
    /// <see cref="GetUsageAsync"/> only.</remarks>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<RunModelUsage> GetModelUsageAsync(CancellationToken cancellationToken = default) => _calls.ReadModelUsageAsync(cancellationToken);

    internal Task<Position> AppendOwnAsync(NewEvent newEvent, CancellationToken cancellationToken) => AppendOwnAsync(newEvent, [], cancellationToken);

    /// <summary>Appends to the end, and to other streams with it, all or nothing.</summary>
    internal Task<Position> AppendOwnAsync(NewEvent newEvent, StreamAppend[] others, CancellationToken cancellationToken) =>
        AppendOwnAsync(newEvent, ExpectedVersion.Any, others, cancellationToken);

    /// <summary>The same at a length that the history must have; null for any.</summary>
    /// <exception cref="WrongExpectedVersionException">The history has another length.</exception>
    internal Task<Position> AppendOwnAtAsync(NewEvent newEvent, Position? length, StreamAppend[] others, CancellationToken cancellationToken) =>
        AppendOwnAsync(newEvent, ExpectedAt(length), others, cancellationToken);

    private async Task<Position> AppendOwnAsync(NewEvent newEvent, ExpectedVersion expected, StreamAppend[] others, CancellationToken cancellationToken)
    {
        CheckTakesMore();
        NewEvent[] correlated = [Correlated(newEvent)];
        var own = new StreamAppend(StreamName, expected, correlated);
        StreamAppend[] append = [own, .. others];
        var results = await _ledger.Store.AppendAsync(append, cancellationToken).ConfigureAwait(false);
        return await EndOfAsync(results[0], correlated, cancellationToken).ConfigureAwait(false);
    }
}
