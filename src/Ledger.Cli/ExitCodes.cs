namespace Ledger.Cli;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The command was understood, and refused or failed; nothing was written.</summary>
    public const int Refusal = 1;

    /// <summary>The command line itself is wrong, whatever the database and the files hold.</summary>
    public const int Usage = 2;

    /// <summary>128 and the number of SIGINT, as shells count.</summary>
    public const int Interrupted = 130;

    /// <summary>128 and the number of SIGPIPE: nobody reads the output any more, as behind <c>head</c>.</summary>
    public const int OutputClosed = 141;

    /// <summary>128 and the number of SIGTERM.</summary>
    public const int Terminated = 143;
}
