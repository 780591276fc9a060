namespace Ledger.Json;

/// <summary>Text to write as JSON contains half of a surrogate pair.</summary>
internal sealed class LoneSurrogateException()
    : Exception("Text holds half of a surrogate pair, which is not a character. Cut text between characters.");
