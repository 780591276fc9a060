namespace Ledger.Explorer.Rendering;

/// <summary>A request that cannot be understood; the message says which part, and what it has to be.</summary>
internal sealed class BadRequestException(string message) : Exception(message);
