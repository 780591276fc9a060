namespace Ledger.Cli;

/// <summary>The command line is wrong, which no database is needed to tell; the message is all that the user needs.</summary>
internal sealed class UsageException(string message) : Exception(message);
