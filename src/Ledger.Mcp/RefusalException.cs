namespace Ledger.Mcp;

/// <summary>The command was understood but is refused; the message is all that the user needs.</summary>
internal sealed class RefusalException(string message) : Exception(message);
