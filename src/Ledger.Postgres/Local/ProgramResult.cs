namespace Ledger.Postgres.Local;

/// <summary>How a program ended and what it said.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>The last lines of what it said, on one line.</summary>
    internal string LastWords => ServerLog.Condense($"{Output}\n{Error}");
}
