namespace Ledger.Explorer.Rendering;

/// <summary>A malformed request; the message names the part and its valid values.</summary>
internal sealed class BadRequestException(string message) : Exception(message);
