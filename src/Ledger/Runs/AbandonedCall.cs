using Ledger.Log;

namespace Ledger.Runs;

/// <summary>An open call whose caller is gone, and what its callee says became of it. Of several callers that ask, one records it.</summary>
internal sealed class AbandonedCall(Run run, CallLog log, AgentLedger ledger, CallKey key, int slot, Guid requestId)
{
    private const int MostTries = 5;

    /// <summary>Records what the call returned, unless it was answered or begun again since.</summary>
    /// <remarks>
    /// All attempts have one key, so the callee may speak of a later one, which would then stay open forever beside this answer. One that was released meanwhile
    /// was made all the same.
    /// </remarks>
    /// <param name="responded">The answer.</param>
    /// <param name="cancellationToken">Stops between two tries, as long as the call is open, so that its callee is asked again.</param>
    public async Task AnswerAsync(NewEvent responded, CancellationToken cancellationToken)
    {
        var answer = responded with { Id = EventIds.OfOutsideAnswer(requestId) };
        for (var tries = 1; ; tries++)
        {
            var (state, length) = await log.ReadAtLengthAsync(key, slot, CancellationToken.None).ConfigureAwait(false);
            if (state.Response is not null || (state.Open is { } open && open.RequestId != requestId))
            {
                return;
            }

            if (tries > 1 && state.Open is not null)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            try
            {
                // Where others write all the time, an answer must not be overtaken for ever.
                Position? exact = ledger.AppendsStay && tries < MostTries ? length : null;
                await run.AppendOutcomeAsync(answer, requestId, exact, CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (EventIdInUseException)
            {
                // Another caller reconciled it first; its answer counts.
                return;
            }
            catch (WrongExpectedVersionException refused) when (refused.Stream == run.StreamName && tries < MostTries)
            {
                // Something was appended since the look.
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
