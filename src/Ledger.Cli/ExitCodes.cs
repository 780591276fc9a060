namespace Ledger.Cli;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The command was understood but refused, or it failed; nothing was written.</summary>
    public const int Refusal = 1;

    /// <summary>The command line itself is wrong, whatever the database and the files hold.</summary>
    public const int Usage = 2;

    /// <summary>128 plus the number of SIGINT, as in shells.</summary>
    public const int Interrupted = 130;

    /// <summary>128 plus the number of SIGPIPE: the reader of the output is gone, as after <c>head</c>.</summary>
    public const int OutputClosed = 141;

    /// <summary>128 plus the number of SIGTERM.</summary>
    public const int Terminated = 143;
}
