using System.Text.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <content>How a call ended.</content>
internal sealed partial class RecordedCall
{
    private const int MostTries = 3;

    private async Task RecordAnswerAsync(NewEvent responded, Guid requestId, JsonElement? original)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await run.AppendOutcomeAsync(responded, requestId, CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (tries < MostTries)
            {
                LogMessages.CallAnswerNotRecorded(ledger.Logger, e, run.StreamName.Value, key.Kind, tries);
                await Task.Delay(LongestWait, ledger.TimeProvider, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                var content = original ?? CallEventForm.ContentOf(key.Kind, JsonElement.Parse(ledger.Store.Registry.Write(responded).Json.Span));
                throw new CallNotRecordedException(run.StreamName, key.Kind, content, e);
            }
        }
    }

    /// <summary>Records that the caller of an open call is gone, unless that was recorded, and returns the id of the event; null if that failed.</summary>
    private async Task<Guid?> RecordLeftAsync(LeftCall left, CallState state)
    {
        if (state.Failures.FirstOrDefault(failure => failure.Left?.RequestId == left.RequestId) is { } known)
        {
            return known.Id;
        }

        // An agent that is run again is told the same as this one, which its first caller was told in other words.
        var id = state.Open!.IsUnknown ? EventIds.OfLeftCall(left.RequestId) : EventIds.OfUnknownCall(left.RequestId);
        return await RecordAsync(left.ToEvent(key.Kind), left.RequestId, id).ConfigureAwait(false);
    }

    /// <summary>Appends how a call ended, and returns the id of the event; null if that failed, which is logged.</summary>
    private async Task<Guid?> RecordAsync(object outcome, Guid requestId, Guid? id, bool isCharged = false)
    {
#pragma warning disable CA1031 // The caller must see why the call failed.
        try
        {
            var recorded = new NewEvent(outcome, Metadata(requestId) with { Headers = CallEventForm.HeadersOf(key) });
            recorded = id is { } known ? recorded with { Id = known } : recorded;

            // Of a call with an unknown end the reservation stays.
            await (outcome is CallUnknown ? run.AppendOwnAsync(recorded, CancellationToken.None)
                : isCharged ? run.AppendFailureAsync(recorded, requestId, CancellationToken.None)
                : run.AppendOutcomeAsync(recorded, requestId, CancellationToken.None)).ConfigureAwait(false);
            return recorded.Id;
        }
        catch (EventIdInUseException)
        {
            // Another caller noted it in other words.
            return id;
        }
        catch (Exception e)
        {
            LogMessages.CallFailureNotRecorded(ledger.Logger, e, run.StreamName.Value, key.Kind);
            return null;
        }
#pragma warning restore CA1031
    }

    private EventMetadata Metadata(Guid requestId) => new()
    {
        Actor = options.Metadata.Actor,
        Source = options.Metadata.Source,
        Causes = [requestId],
        CallId = options.Metadata.CallId,
    };
}
