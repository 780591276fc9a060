namespace Ledger.Mcp;

/// <summary>The command line is wrong, which shows without a database; the message is all that the user needs.</summary>
internal sealed class UsageException(string message) : Exception(message);
