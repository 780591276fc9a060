using System.Runtime.ExceptionServices;
using Ledger.Log;

namespace Ledger.Postgres.Log.Appending;

/// <summary>What became of one request of a batch: its results, or why it was refused.</summary>
internal readonly record struct AppendAnswer(IReadOnlyList<AppendResult> Results, Exception? Refusal)
{
    public IReadOnlyList<AppendResult> ResultsOrThrow()
    {
        if (Refusal is not null)
        {
            ExceptionDispatchInfo.Throw(Refusal);
        }

        return Results;
    }

    /// <summary>The answer to a request that was sent again: events written by an earlier attempt of the same call count as written by this call.</summary>
    public AppendAnswer AfterRetry() => this with
    {
        Results = [.. Results.Select(r => r with { Outcome = AppendOutcome.Written })],
    };
}
