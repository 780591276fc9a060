using System.Runtime.InteropServices;
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
internal sealed class RecordedCall(Run run, CallLog log, AgentLedger ledger, CallKey key, JsonElement request, CallOccurrence wanted, CallOptions options)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private const int LongestError = 16 * 1024;

    private readonly string _owner = CallOwner.New();
    private readonly GivenAnswers _answers = run.Answers;
    private readonly IReadOnlyList<Guid> _followed = options.Metadata.Causes.Count > 0 ? options.Metadata.Causes : run.Answers.Present;

    public async Task<CallAnswer> RunAsync(Func<CallContext, CancellationToken, Task<CallResponse>> call, CancellationToken cancellationToken)
    {
        var wait = ShortestWait;
        (Guid RequestId, long Start)? waitingFor = null;
        var state = await log.ReadAsync(key, wanted, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (state.Response is { } position)
            {
                if (wanted.Reuse != CallReuse.Never)
                {
                    return await AnswerAsync(position, cancellationToken).ConfigureAwait(false);
                }

                // Another caller was faster; a call that is always made is the next occurrence then.
                state = await log.ReadAsync(key, wanted, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (state.Open is { } open && open.Owner == _owner)
            {
                return await MakeAsync(ContextOf(open.RequestId, state), state.Slot, call, cancellationToken).ConfigureAwait(false);
            }

            if (state.Open is { } other)
            {
                if (wanted.Reuse == CallReuse.Never)
                {
                    state = await log.ReadAsync(key, wanted, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                if (waitingFor?.RequestId != other.RequestId)
                {
                    waitingFor = (other.RequestId, ledger.TimeProvider.GetTimestamp());
                    LogMessages.CallAwaited(ledger.Logger, key.Kind, run.StreamName.Value, other.RequestId, other.Owner ?? "", other.Since);
                }

                if (!IsOver(other, waitingFor.Value.Start))
                {
                    await Task.Delay(wait, ledger.TimeProvider, cancellationToken).ConfigureAwait(false);
                    wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, LongestWait.Ticks));
                    state = await ReadAgainAsync(state, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                if (!await MayRepeatAsync(other, state, cancellationToken).ConfigureAwait(false))
                {
                    state = await ReadAgainAsync(state, cancellationToken).ConfigureAwait(false);
                    continue;
                }
            }

            // A second caller finds the id in the log, and reads on.
            await run.AppendOwnAsync(RequestEvent(state), cancellationToken).ConfigureAwait(false);
            state = await ReadAgainAsync(state, cancellationToken).ConfigureAwait(false);
        }
    }

    // Another occurrence may be answered in the meantime, which also counts if any answer does.
    private Task<CallState> ReadAgainAsync(CallState state, CancellationToken cancellationToken) => wanted.Reuse == CallReuse.Once
        ? log.ReadAsync(key, wanted, cancellationToken)
        : log.ReadAsync(key, state.Slot, cancellationToken);

    /// <summary>Whether the caller of a call is gone, or counts as gone.</summary>
    private bool IsOver(OpenCall other, long waitingSince) =>
        other.IsUnknown
        || CallOwner.IsGone(other.Owner)
        || ledger.TimeProvider.GetElapsedTime(waitingSince) >= ledger.Options.CallLease
        || ledger.TimeProvider.GetUtcNow() - other.Since >= ledger.Options.CallLease;

    /// <summary>Whether a call whose caller is gone is made again; false when it has been answered now.</summary>
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
            if (outcome.Response is { } response)
            {
                var (responded, _) = Responded(other.RequestId, response, null);
                await run.AppendOwnAsync(responded, CancellationToken.None).ConfigureAwait(false);
                return false;
            }

            if (outcome.MayRepeat)
            {
                return true;
            }
        }

        if (!other.IsUnknown)
        {
            await RecordUnknownAsync(other.RequestId, other.Owner is null ? null : $"begun by {other.Owner}").ConfigureAwait(false);
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
            (responded, original) = Responded(context.RequestId, response, ledger.TimeProvider.GetElapsedTime(begun));
        }
        catch (Exception e) when (options.Effects != EffectPolicy.Repeat && IsCutOff(e))
        {
            await RecordUnknownAsync(context.RequestId, StorableText.Of($"{e.GetType().Name}: {e.Message}", LongestError)).ConfigureAwait(false);
            throw;
        }
        catch (Exception e)
        {
            await RecordAsync(new CallFailed(key.Kind, StorableText.Of($"{e.GetType().Name}: {e.Message}", LongestError)), context.RequestId, null)
                .ConfigureAwait(false);
            throw;
        }

        // The call is made and paid for, so the answer is written even if the caller has cancelled.
        await run.AppendOwnAsync(responded, CancellationToken.None).ConfigureAwait(false);
        var state = await log.ReadAsync(key, slot, CancellationToken.None).ConfigureAwait(false);
        var recorded = await ReadAsync(state.Response!.Value, CancellationToken.None).ConfigureAwait(false);
        var answer = AnswerOf(recorded, state.Response.Value, isFromLog: recorded.Id != responded.Id);
        _answers.Add(recorded.Id, _followed);
        return original is { } whole && !answer.IsFromLog ? answer with { Response = whole } : answer;
    }

    // The effect of a call that was sent and cut off is unknown; a refused call had no effect.
    private static bool IsCutOff(Exception e) =>
        e is OperationCanceledException or TimeoutException or IOException or HttpRequestException { StatusCode: null } or System.Net.Sockets.SocketException;

    /// <summary>The event of a response, and the response itself where the event has another form of it.</summary>
    /// <remarks>The call is made and paid for: an answer that cannot be stored must not be made again for that.</remarks>
    private (NewEvent Event, JsonElement? Original) Responded(Guid requestId, CallResponse response, TimeSpan? duration)
    {
        if (response.Content.ValueKind == JsonValueKind.Undefined)
        {
            throw new InvalidOperationException("The call returned a response without content. Set it to JSON; null is JSON too.");
        }

        response = Priced(response);

        // The raw text still shows what a writer would replace silently.
        var raw = JsonMarshal.GetRawUtf8Value(response.Content);
        if (raw.Length > PayloadRules.MaxBytes || PayloadCheck.FaultOf(raw) is null)
        {
            try
            {
                var whole = ResponseEvent(requestId, response, null, duration);
                ledger.Store.Registry.Write(whole);
                return (whole, null);
            }
            catch (Exception e) when (e is InvalidEventException or LoneSurrogateException or JsonException or InvalidOperationException or ArgumentException)
            {
                // Recorded in another form below.
            }
        }

        var (json, altered) = StorableAnswer.Of(response.Content);
        var responded = ResponseEvent(requestId, response with { Content = json }, altered, duration);
        ledger.Store.Registry.Write(responded);
        return (responded, CallEventForm.OriginalOf(key.Kind, response));
    }

    private CallResponse Priced(CallResponse response)
    {
        if (response.CostUsd is not null || ledger.Options.Price is not { } price)
        {
            return response;
        }

        var read = CallCost.Read(response.Content);
        if (read.Usd is not null)
        {
            return response;
        }

        var used = read with
        {
            InputTokens = response.InputTokens ?? read.InputTokens,
            OutputTokens = response.OutputTokens ?? read.OutputTokens,
            Model = read.Model ?? CallCost.Read(request).Model,
        };
        return response with { CostUsd = price(used) };
    }

    private async Task<CallAnswer> AnswerAsync(Position position, CancellationToken cancellationToken)
    {
        var recorded = await ReadAsync(position, cancellationToken).ConfigureAwait(false);
        var answer = AnswerOf(recorded, position, isFromLog: true);
        var answered = new CallAnswered(key.Kind, recorded.Id, answer.Cost.Usd, answer.Cost.InputTokens, answer.Cost.OutputTokens);
        var metadata = options.Metadata with { Causes = [recorded.Id, .. options.Metadata.Causes] };
        await run.AppendOwnAsync(new NewEvent(answered, metadata), cancellationToken).ConfigureAwait(false);
        _answers.Add(recorded.Id, _followed);
        return answer;
    }

    private CallAnswer AnswerOf(RecordedEvent recorded, Position position, bool isFromLog)
    {
        var data = recorded.ToJsonElement();
        return new CallAnswer(CallEventForm.ContentOf(key.Kind, data), isFromLog, recorded.Id, position, CallCost.Read(data))
        {
            Altered = AlteredAnswerForm.Read(recorded.Metadata),
            Duration = CallEventForm.DurationOf(recorded.Metadata),
        };
    }

    private Task RecordUnknownAsync(Guid requestId, string? reason) =>
        RecordAsync(new CallUnknown(key.Kind, reason), requestId, EventIds.OfUnknownCall(requestId));

    private async Task RecordAsync(object outcome, Guid requestId, Guid? id)
    {
#pragma warning disable CA1031 // The caller must see why the call failed.
        try
        {
            var recorded = new NewEvent(outcome, Metadata(requestId));
            await run.AppendOwnAsync(id is { } known ? recorded with { Id = known } : recorded, CancellationToken.None).ConfigureAwait(false);
        }
        catch (EventIdInUseException)
        {
            // Another caller noted it in other words.
        }
        catch (Exception e)
        {
            LogMessages.CallFailureNotRecorded(ledger.Logger, e, run.StreamName.Value, key.Kind);
        }
#pragma warning restore CA1031
    }

    private async Task<RecordedEvent> ReadAsync(Position position, CancellationToken cancellationToken)
    {
        var events = run.ReadAsync(position, new Position(position.Value + 1), cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = events.ConfigureAwait(false);
        await events.MoveNextAsync().ConfigureAwait(false);
        return events.Current;
    }

    private CallContext ContextOf(Guid requestId, CallState state) => new(
        run.StreamName,
        key.Kind,
        requestId,
        EventIds.OfCallKey(run.StreamName, key.Kind, key.RequestHash, state.Slot).ToString(),
        Math.Max(state.Attempts, 1));

    private NewEvent RequestEvent(CallState state)
    {
        var headers = new Dictionary<string, JsonElement>(options.Metadata.Headers)
        {
            [CallEventForm.HashHeader] = JsonText.ToElement(key.RequestHash),
            [CallEventForm.OwnerHeader] = JsonText.ToElement(_owner),
        };
        CallEventForm.AddSlot(headers, state.Slot);
        var causes = options.Metadata.ForeignCauses.Count == 0 ? _followed : options.Metadata.Causes;
        return new NewEvent(CallEventForm.Request(key.Kind, request), options.Metadata with { Causes = causes, Headers = headers, ForeignId = null })
        {
            Id = EventIds.OfCall(run.StreamName, key.Kind, key.RequestHash, state.Slot, state.Attempts),
        };
    }

    private NewEvent ResponseEvent(Guid requestId, CallResponse response, AlteredAnswer? altered, TimeSpan? duration) =>
        new(CallEventForm.Response(key.Kind, requestId, response), Metadata(requestId, altered, duration));

    private EventMetadata Metadata(Guid requestId, AlteredAnswer? altered = null, TimeSpan? duration = null) => new()
    {
        Actor = options.Metadata.Actor,
        Source = options.Metadata.Source,
        Causes = [requestId],
        CallId = options.Metadata.CallId,
        Headers = HeadersOf(altered, duration),
    };

    private Dictionary<string, JsonElement> HeadersOf(AlteredAnswer? altered, TimeSpan? duration)
    {
        var headers = new Dictionary<string, JsonElement> { [CallEventForm.HashHeader] = JsonText.ToElement(key.RequestHash) };
        if (altered is not null)
        {
            headers.Add(AlteredAnswerForm.Header, AlteredAnswerForm.ToElement(altered));
        }

        if (duration is { } time)
        {
            headers.Add(CallEventForm.DurationHeader, EventJson.ToElement(writer => writer.WriteNumberValue((long)time.TotalMilliseconds)));
        }

        return headers;
    }
}
