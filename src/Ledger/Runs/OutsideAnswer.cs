using System.Text.Json;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Records an answer to a call that did not come from its caller.</summary>
internal sealed class OutsideAnswer(Run run, CallLog log, IEventStore store, CallKey key)
{
    public async Task<CallAnswer> CloseAsync(RecordedEvent request, CallResponse response, EventMetadata metadata, CancellationToken cancellationToken)
    {
        var responded = Response(request.Id, response, metadata);
        var length = await run.AppendOwnAsync(responded, cancellationToken).ConfigureAwait(false);
        return Answer(responded, response, new Position(length.Value - 1));
    }

    public async Task<CallAnswer> ReplaceAsync(
        RecordedEvent request, JsonElement asked, CallResponse response, EventMetadata metadata, CancellationToken cancellationToken)
    {
        var slot = CallIndex.SlotOf(request);
        var state = await log.ReadAsync(key, slot, cancellationToken).ConfigureAwait(false);
        if (state.Response is not null)
        {
            throw new ArgumentException(
                $"'{run.StreamName}' has an answer to the call '{request.Id}'. Fork before the call with {nameof(Run.ForkBeforeAsync)}, and answer it there.", nameof(request));
        }

        var headers = new Dictionary<string, JsonElement>(metadata.Headers) { [CallEventForm.HashHeader] = JsonText.ToElement(key.RequestHash) };
        CallEventForm.AddSlot(headers, slot);
        var requested = new NewEvent(CallEventForm.Request(key.Kind, asked), metadata with { Headers = headers, ForeignId = null })
        {
            Id = EventIds.OfCall(run.StreamName, key.Kind, key.RequestHash, slot, state.Attempts),
        };
        var responded = Response(requested.Id, response, metadata);
        var length = await run.AppendAsync([requested, responded], cancellationToken).ConfigureAwait(false);
        return Answer(responded, response, new Position(length.Value - 1));
    }

    private NewEvent Response(Guid requestId, CallResponse response, EventMetadata metadata)
    {
        var headers = new Dictionary<string, JsonElement>(metadata.Headers) { [CallEventForm.HashHeader] = JsonText.ToElement(key.RequestHash) };
        return new NewEvent(
            CallEventForm.Response(key.Kind, requestId, response),
            metadata with { Causes = [requestId, .. metadata.Causes], Headers = headers, ForeignId = null });
    }

    private CallAnswer Answer(NewEvent responded, CallResponse response, Position position)
    {
        var data = JsonElement.Parse(store.Registry.Write(responded).Json.Span);
        return new CallAnswer(CallEventForm.ContentOf(key.Kind, data), IsFromLog: false, responded.Id, position, CallCost.Read(data));
    }
}
