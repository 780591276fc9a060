using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>One call of <see cref="Run.CallOnceAsync(string, JsonElement, Func{CancellationToken, Task{CallResponse}}, EventMetadata?, CancellationToken)"/>.</summary>
/// <remarks>
/// Whoever makes a call first takes it, by appending the request under an id that is derived from the stream, the request and the
/// number of attempts before: the log has that id once, so of several callers in any number of processes one gets it, and the others
/// wait for its response or its failure to appear in the log.
/// </remarks>
internal sealed class CallOnce(Run run, CallLog log, AgentLedger ledger, CallKey key, JsonElement request, EventMetadata metadata)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private const int LongestError = 16 * 1024;

    private readonly string _owner = Guid.NewGuid().ToString("N");

    public async Task<CallAnswer> RunAsync(Func<CancellationToken, Task<CallResponse>> call, CancellationToken cancellationToken)
    {
        var wait = ShortestWait;
        (Guid RequestId, long Start)? waitingFor = null;
        while (true)
        {
            var state = await log.ReadAsync(key, cancellationToken).ConfigureAwait(false);
            if (state.Response is { } position)
            {
                return await AnswerAsync(position, cancellationToken).ConfigureAwait(false);
            }

            if (state.Open is { } open && open.Owner == _owner)
            {
                return await MakeAsync(open.RequestId, call, cancellationToken).ConfigureAwait(false);
            }

            if (state.Open is { } other)
            {
                waitingFor = waitingFor?.RequestId == other.RequestId ? waitingFor : (other.RequestId, ledger.TimeProvider.GetTimestamp());
                var waited = ledger.TimeProvider.GetElapsedTime(waitingFor.Value.Start);
                var age = ledger.TimeProvider.GetUtcNow() - other.Since;
                if (waited < ledger.Options.CallLease && age < ledger.Options.CallLease)
                {
                    await Task.Delay(wait, ledger.TimeProvider, cancellationToken).ConfigureAwait(false);
                    wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, LongestWait.Ticks));
                    continue;
                }
            }

            // Whoever is second finds the id in the log, and reads on.
            await run.AppendOwnAsync(RequestEvent(state.Attempts), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<CallAnswer> MakeAsync(Guid requestId, Func<CancellationToken, Task<CallResponse>> call, CancellationToken cancellationToken)
    {
        NewEvent responded;
        JsonElement? original;
        try
        {
            var response = await call(cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException("The call gave null. Return a response, or throw.");
            (responded, original) = Responded(requestId, response);
        }
        catch (Exception e)
        {
            await FailAsync(requestId, e).ConfigureAwait(false);
            throw;
        }

        // The call is made and paid for: that is written whatever the caller wants by now.
        await run.AppendOwnAsync(responded, CancellationToken.None).ConfigureAwait(false);
        var state = await log.ReadAsync(key, CancellationToken.None).ConfigureAwait(false);
        var recorded = await ReadAsync(state.Response!.Value, CancellationToken.None).ConfigureAwait(false);
        var answer = AnswerOf(recorded, state.Response.Value, isFromLog: recorded.Id != responded.Id);
        return original is { } whole && !answer.IsFromLog ? answer with { Response = whole } : answer;
    }

    /// <summary>The event of a response, and the response itself where the event has another form of it.</summary>
    /// <remarks>The call is made and paid for: an answer that cannot be stored must not be made again for that.</remarks>
    private (NewEvent Event, JsonElement? Original) Responded(Guid requestId, CallResponse response)
    {
        if (response.Content.ValueKind == JsonValueKind.Undefined)
        {
            throw new InvalidOperationException("The call gave a response without content. Give it JSON; null is JSON too.");
        }

        // The raw text still shows what a writer would replace in silence.
        var raw = JsonMarshal.GetRawUtf8Value(response.Content);
        if (raw.Length > PayloadRules.MaxBytes || PayloadCheck.FaultOf(raw) is null)
        {
            try
            {
                var whole = ResponseEvent(requestId, response, null);
                ledger.Store.Registry.Write(whole);
                return (whole, null);
            }
            catch (Exception e) when (e is InvalidEventException or LoneSurrogateException or JsonException or InvalidOperationException or ArgumentException)
            {
                // Recorded in another form below.
            }
        }

        var (json, altered) = StorableAnswer.Of(response.Content);
        var responded = ResponseEvent(requestId, response with { Content = json }, altered);
        ledger.Store.Registry.Write(responded);
        return (responded, CallEventForm.OriginalOf(key.Kind, response));
    }

    private async Task<CallAnswer> AnswerAsync(Position position, CancellationToken cancellationToken)
    {
        var recorded = await ReadAsync(position, cancellationToken).ConfigureAwait(false);
        var answer = AnswerOf(recorded, position, isFromLog: true);
        var answered = new CallAnswered(key.Kind, recorded.Id, answer.Cost.Usd, answer.Cost.InputTokens, answer.Cost.OutputTokens);
        await run.AppendOwnAsync(new NewEvent(answered, metadata with { Causes = [recorded.Id, .. metadata.Causes] }), cancellationToken).ConfigureAwait(false);
        return answer;
    }

    private CallAnswer AnswerOf(RecordedEvent recorded, Position position, bool isFromLog)
    {
        var data = recorded.ToJsonElement();
        return new CallAnswer(CallEventForm.ContentOf(key.Kind, data), isFromLog, recorded.Id, position, CallCost.Read(data))
        {
            Altered = AlteredAnswerForm.Read(recorded.Metadata),
        };
    }

    private async Task FailAsync(Guid requestId, Exception exception)
    {
#pragma warning disable CA1031 // What the caller has to hear is why the call failed.
        try
        {
            var failed = new CallFailed(key.Kind, StorableText.Of($"{exception.GetType().Name}: {exception.Message}", LongestError));
            await run.AppendOwnAsync(new NewEvent(failed, Metadata(requestId)), CancellationToken.None).ConfigureAwait(false);
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

    private NewEvent RequestEvent(int attempt)
    {
        var headers = new Dictionary<string, JsonElement>(metadata.Headers)
        {
            [CallEventForm.HashHeader] = JsonText.ToElement(key.RequestHash),
            [CallEventForm.OwnerHeader] = JsonText.ToElement(_owner),
        };
        return new NewEvent(CallEventForm.Request(key.Kind, request), metadata with { Headers = headers, ForeignId = null })
        {
            Id = EventIds.OfCall(run.StreamName, key.Kind, key.RequestHash, attempt),
        };
    }

    private NewEvent ResponseEvent(Guid requestId, CallResponse response, AlteredAnswer? altered) =>
        new(CallEventForm.Response(key.Kind, requestId, response), Metadata(requestId, altered));

    private EventMetadata Metadata(Guid requestId, AlteredAnswer? altered = null) => new()
    {
        Actor = metadata.Actor,
        Source = metadata.Source,
        Causes = [requestId],
        CallId = metadata.CallId,
        Headers = HeadersOf(altered),
    };

    private Dictionary<string, JsonElement> HeadersOf(AlteredAnswer? altered)
    {
        var headers = new Dictionary<string, JsonElement> { [CallEventForm.HashHeader] = JsonText.ToElement(key.RequestHash) };
        if (altered is not null)
        {
            headers.Add(AlteredAnswerForm.Header, AlteredAnswerForm.ToElement(altered));
        }

        return headers;
    }
}
