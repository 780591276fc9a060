namespace Ledger.Json;

/// <summary>JSON is far larger than can be stored; it was not written to its end.</summary>
internal sealed class TextTooLongException() : Exception("The JSON is too large to be written.");
