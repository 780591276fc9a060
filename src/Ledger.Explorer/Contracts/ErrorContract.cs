using Ledger.Explorer.Failures;
using Ledger.Postgres.Queries;

namespace Ledger.Explorer.Contracts;

/// <summary>Why a command failed.</summary>
/// <param name="Error">The sentence for people.</param>
/// <param name="Code">The kind of failure, one of a documented list.</param>
/// <param name="ExitCode">The exit code of the process.</param>
/// <param name="Stream">The stream of a conflict.</param>
/// <param name="Expected">The expected version or position.</param>
/// <param name="Actual">The actual version or position.</param>
/// <param name="Length">The length of the history that is shorter than was asked, or of the target of a merge.</param>
/// <param name="Position">The event that cannot be applied to its world.</param>
/// <param name="Reason">Why it cannot.</param>
/// <param name="Sqlstate">What the server calls the error.</param>
/// <param name="Line">The line of a question in SQL, from 1.</param>
/// <param name="Column">The column of the line, from 1.</param>
internal sealed record ErrorContract(
    string Error,
    string Code,
    int ExitCode,
    string? Stream = null,
    long? Expected = null,
    long? Actual = null,
    long? Length = null,
    long? Position = null,
    string? Reason = null,
    string? Sqlstate = null,
    int? Line = null,
    int? Column = null)
{
    /// <summary>A failure with the facts that are given, else those that its exception has.</summary>
    public static ErrorContract Of(Exception exception, string sentence, string code, int exitCode, FailureFacts? given)
    {
        var (facts, query) = (given ?? FailureTable.Find(exception)?.Facts ?? new FailureFacts(), exception as SqlQueryException);
        return new(
            sentence, code, exitCode, facts.Stream, facts.Expected, facts.Actual, facts.Length, facts.Position, facts.Reason,
            FailureCodes.SqlStateOf(exception), query?.Line, query?.Column);
    }
}
