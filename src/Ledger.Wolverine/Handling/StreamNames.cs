namespace Ledger.Wolverine.Handling;

/// <summary>Converts a text in a message to a stream name.</summary>
internal static class StreamNames
{
    /// <summary>A text with a colon is the name of a stream, any other the id of a run.</summary>
    public static StreamName Of(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return text.Contains(':', StringComparison.Ordinal) ? new StreamName(text) : StreamName.Run(text);
    }
}
