namespace Ledger.Json;

/// <summary>Text to be written as JSON holds half a surrogate pair.</summary>
internal sealed class LoneSurrogateException()
    : Exception("Text holds half of a surrogate pair, which stands for no character. Cut text between characters.");
