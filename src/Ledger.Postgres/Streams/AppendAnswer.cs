using System.Runtime.ExceptionServices;
using Ledger.Streams;

namespace Ledger.Postgres.Streams;

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
}
