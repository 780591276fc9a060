using System.Globalization;
using System.Text;

namespace Ledger.Cli.Demo;

/// <summary>Text of unknown origin in forms that a log and a terminal take.</summary>
internal static class DisplayText
{
    private const char Replacement = '\uFFFD';

    /// <summary>The text with half surrogate pairs and NUL replaced, which JSON in PostgreSQL cannot hold.</summary>
    public static string Storable(string text) => Replace(text, rune => rune.Value == 0);

    /// <summary>The text on one line, without what could steer a terminal: control and formatting characters are replaced.</summary>
    public static string OneLine(string text) => Replace(text, IsUnprintable);

    /// <summary>The text on one line in at most so many characters; what is cut is shown by <c>…</c>.</summary>
    public static string Cut(string text, int length)
    {
        var line = OneLine(text);
        if (line.Length <= length)
        {
            return line;
        }

        var end = length - 1;
        return (char.IsHighSurrogate(line[end - 1]) ? line[..(end - 1)] : line[..end]) + "…";
    }

    /// <summary>The end of a path in at most so many characters: the name tells more than the first folder.</summary>
    public static string CutPath(string path, int length)
    {
        var line = OneLine(path);
        if (line.Length <= length)
        {
            return line;
        }

        var start = line.Length - length + 1;
        return "…" + (char.IsLowSurrogate(line[start]) ? line[(start + 1)..] : line[start..]);
    }

    private static bool IsUnprintable(Rune rune) =>
        Rune.IsControl(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Replace(string text, Func<Rune, bool> isBad)
    {
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                builder.Append(Replacement);
                i++;
                continue;
            }

            if (isBad(rune))
            {
                builder.Append(Replacement);
            }
            else
            {
                builder.Append(text, i, rune.Utf16SequenceLength);
            }

            i += rune.Utf16SequenceLength;
        }

        return builder.ToString();
    }
}
