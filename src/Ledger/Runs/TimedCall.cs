using System.Diagnostics;

namespace Ledger.Runs;

/// <summary>A call that an application passed, and how long it took: what the log answers or refuses was not made, and has no duration.</summary>
internal sealed class TimedCall(Func<CallContext, CancellationToken, Task<CallResponse>> call)
{
    /// <summary>How long the call took, whether it returned or threw; null while it was not made.</summary>
    public TimeSpan? Took { get; private set; }

    /// <summary>Makes the call.</summary>
    public async Task<CallResponse> MakeAsync(CallContext context, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            return await call(context, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Took = Stopwatch.GetElapsedTime(begun);
        }
    }
}
