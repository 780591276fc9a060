using Ledger.Log;

namespace Ledger.Runs;

/// <summary>An open call whose caller is gone, and what its callee says became of it. Of several callers that ask, one records it.</summary>
internal sealed class AbandonedCall(Run run, CallLog log, AgentLedger ledger, CallKey key, int slot, Guid requestId)
{
    /// <summary>Records what the call returned, unless it has ended or was begun again since.</summary>
    /// <remarks>All attempts have one key, so the callee may speak of a later one, which would then stay open forever beside this answer.</remarks>
    /// <param name="responded">The answer.</param>
    public async Task AnswerAsync(NewEvent responded)
    {
        var answer = responded with { Id = EventIds.OfOutsideAnswer(requestId) };
        Position? before = null;
        while (true)
        {
            var (state, length) = await log.ReadAtLengthAsync(key, slot, CancellationToken.None).ConfigureAwait(false);
            if (state.Open?.RequestId != requestId)
            {
                return;
            }

            try
            {
                await run.AppendOutcomeAsync(answer, requestId, ledger.AppendsStay ? length : null, CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (EventIdInUseException)
            {
                // Another caller reconciled it first; its answer counts.
                return;
            }
            catch (WrongExpectedVersionException refused) when (refused.Stream == run.StreamName && before != length)
            {
                before = length;
            }
        }
    }

    /// <summary>Records that the call was not made, and frees what was reserved for it: if the next attempt is refused, no call is open.</summary>
    public async Task ReleaseAsync(EventMetadata metadata, CancellationToken cancellationToken)
    {
        var released = new NewEvent(new CallReleased(key.Kind, "not made, as its callee says"), metadata) { Id = EventIds.OfCallNotMade(requestId) };
        try
        {
            await run.AppendOutcomeAsync(released, requestId, cancellationToken).ConfigureAwait(false);
        }
        catch (EventIdInUseException)
        {
            // Another caller released it first.
        }
    }
}
