using Ledger.Explorer.Rerunning;

namespace Ledger.Explorer.Exporting;

/// <summary>An event in a file.</summary>
/// <param name="Event">The event.</param>
/// <param name="Json">Its data as text.</param>
/// <param name="IsCut">Whether the text is only the beginning.</param>
internal sealed record FileEvent(RecordedEvent Event, string Json, bool IsCut)
{
    /// <summary>The most letters of the data of one event.</summary>
    public const int MostLetters = 1024 * 1024;

    /// <summary>How many bytes of HTML the text takes: signs and letters beyond ASCII are written as their numbers.</summary>
    public long Bytes { get; } = BytesOf(Json);

    public static FileEvent Of(RecordedEvent recorded)
    {
        var text = JsonForEditing.Of(recorded);
        var length = text.Length <= MostLetters ? text.Length : char.IsHighSurrogate(text[MostLetters - 1]) ? MostLetters - 1 : MostLetters;
        return new FileEvent(recorded, text[..length], length < text.Length);
    }

    private static long BytesOf(string text)
    {
        var bytes = 0L;
        foreach (var letter in text)
        {
            bytes += letter > '~' ? 8 : letter is '"' or '&' or '<' or '>' or '+' or '\'' ? 6 : 1;
        }

        return bytes;
    }
}
