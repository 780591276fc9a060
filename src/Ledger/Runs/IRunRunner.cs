namespace Ledger.Runs;

/// <summary>Runs an agent on in a run or branch when a person asks for it, such as in a branch on which an event was changed.</summary>
/// <remarks>
/// An application registers one in its container, as a singleton; the explorer calls it. <c>WebhookRunner</c> of Ledger.Interop sends a signed request, and <c>UseLedgerRunner</c> of
/// Ledger.Wolverine a message. Safe for concurrent use.
/// </remarks>
public interface IRunRunner
{
    /// <summary>Asks for a run or branch to be run on. Returns once the request was accepted; the agent works afterwards.</summary>
    /// <remarks>It may be called again for the same <see cref="RunContinuation.Id"/>, after an answer was lost: an agent is started once for each.</remarks>
    /// <param name="continuation">What to run on.</param>
    /// <param name="cancellationToken">Stops waiting for the request to be accepted.</param>
    Task RunOnAsync(RunContinuation continuation, CancellationToken cancellationToken = default);
}
