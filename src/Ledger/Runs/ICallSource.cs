using System.Text.Json;

namespace Ledger.Runs;

/// <summary>Answers calls in the place of those that callers pass.</summary>
internal interface ICallSource
{
    /// <summary>Whether calls are made now; before that they cost nothing.</summary>
    bool MakesCalls { get; }

    /// <summary>Answers a call that the history has no answer to, or makes it.</summary>
    /// <param name="kind">What is called.</param>
    /// <param name="request">What it is asked.</param>
    /// <param name="call">Makes the call.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<CallResponse> AnswerAsync(string kind, JsonElement request, Func<CancellationToken, Task<CallResponse>> call, CancellationToken cancellationToken);
}
