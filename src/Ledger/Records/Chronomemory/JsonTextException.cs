namespace Ledger.Records.Chronomemory;

/// <summary>Text is not JSON as the chain reads it.</summary>
internal sealed class JsonTextException(int offset, string reason) : FormatException($"malformed JSON at byte {offset + 1}: {reason}.");
