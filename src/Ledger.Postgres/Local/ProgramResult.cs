namespace Ledger.Postgres.Local;

/// <summary>The exit code and the output of a program.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>The last lines of its output, on one line.</summary>
    internal string LastWords => ServerLog.Condense($"{Output}\n{Error}");
}
