namespace Ledger.Cli;

/// <summary>A command was understood and is refused; the message is all that the user needs.</summary>
internal sealed class RefusalException(string message) : Exception(message);
