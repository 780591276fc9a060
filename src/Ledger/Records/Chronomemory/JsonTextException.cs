namespace Ledger.Records.Chronomemory;

/// <summary>The text is not valid JSON for the chain.</summary>
internal sealed class JsonTextException(int offset, string reason) : FormatException($"malformed JSON at byte {offset + 1}: {reason}.");
