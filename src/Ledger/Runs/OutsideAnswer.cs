using System.Text.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Records an answer to a call that did not come from its caller.</summary>
internal sealed class OutsideAnswer(Run run, CallLog log, AgentLedger ledger, CallKey key, JsonElement asked, int slot)
{
    public async Task<CallAnswer> CloseAsync(RecordedEvent request, CallResponse response, EventMetadata metadata, CancellationToken cancellationToken)
    {
        var responded = Response(request.Id, response, metadata);
        try
        {
            var length = await run.AppendOutcomeAsync(responded, request.Id, cancellationToken).ConfigureAwait(false);
            return Answer(responded, new Position(length.Value - 1));
        }
        catch (EventIdInUseException)
        {
            throw Answered(request);
        }
    }

    public async Task<CallAnswer> ReplaceAsync(
        RecordedEvent request, CallResponse response, EventMetadata metadata, CancellationToken cancellationToken)
    {
        var state = await log.ReadAsync(key, slot, cancellationToken).ConfigureAwait(false);
        if (state.Response is not null)
        {
            throw Answered(request);
        }

        var headers = CallEventForm.HeadersOf(key, metadata);
        CallEventForm.AddOccurrence(headers, key, slot);
        var requested = new NewEvent(CallEventForm.Request(key.Kind, asked), metadata with { Headers = headers, ForeignId = null })
        {
            Id = EventIds.OfCall(run.StreamName, key.Kind, key.RequestHash, key.Attempt, slot, state.Attempts),
        };
        var responded = Response(requested.Id, response, metadata);
        try
        {
            var length = await run.AppendAsync([requested, responded], cancellationToken).ConfigureAwait(false);
            return Answer(responded, new Position(length.Value - 1));
        }
        catch (EventIdInUseException)
        {
            throw Answered(request);
        }
    }

    private CallAnsweredException Answered(RecordedEvent request) => new(run.StreamName, request.Id);

    private NewEvent Response(Guid requestId, CallResponse response, EventMetadata metadata)
    {
        var responses = new ResponseEvents(run.StreamName, ledger, key, asked);
        var (responded, _) = responses.Of(response, metadata with { Causes = [requestId, .. metadata.Causes] });
        return responded with { Id = EventIds.OfOutsideAnswer(requestId) };
    }

    private CallAnswer Answer(NewEvent responded, Position position)
    {
        var data = JsonElement.Parse(ledger.Store.Registry.Write(responded).Json.Span);
        return new CallAnswer(CallEventForm.ContentOf(key.Kind, data), IsFromLog: false, responded.Id, position, CallCost.Read(data))
        {
            Altered = AlteredAnswerForm.Read(responded.Metadata),
        };
    }
}
