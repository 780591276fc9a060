using Ledger.Runs;
using Ledger.Wolverine.Messages;
using Wolverine.Runtime;

namespace Ledger.Wolverine.Running;

/// <summary>Sends a message for each request to run on; returns when Wolverine has it.</summary>
internal sealed class MessageRunner(IWolverineRuntime runtime) : IRunRunner
{
    public async Task RunOnAsync(RunContinuation continuation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        cancellationToken.ThrowIfCancellationRequested();
        await new MessageBus(runtime).SendAsync(ContinueRun.Of(continuation)).ConfigureAwait(false);
    }
}
