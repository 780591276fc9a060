using System.Globalization;
using System.Text;

namespace Ledger.Explorer.Rendering;

/// <summary>Makes text from the log safe to display: it cannot break a line, change its direction or be invisible.</summary>
internal static class DisplayText
{
    private const char Replacement = '\uFFFD';

    /// <summary>The text with unsafe characters replaced: controls, direction marks, lone surrogates.</summary>
    public static string Clean(string text)
    {
        var first = IndexOfUnclean(text);
        if (first < 0)
        {
            return text;
        }

        var clean = new StringBuilder(text.Length).Append(text, 0, first);
        foreach (var rune in text.AsSpan(first).EnumerateRunes())
        {
            clean.Append(IsUnclean(rune) ? Replacement.ToString() : rune.ToString());
        }

        return clean.ToString();
    }

    /// <summary>The beginning of a text, made safe and on one line.</summary>
    public static string Cut(string text, int length)
    {
        var start = text.Length <= length ? text : text[..length];
        var line = Clean(start).Replace('\n', ' ').Replace('\t', ' ');
        return text.Length <= length ? line : line.TrimEnd(Replacement) + "…";
    }

    /// <summary>A number with thousands separators.</summary>
    public static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun.</summary>
    /// <param name="value">The count.</param>
    /// <param name="one">The singular.</param>
    /// <param name="many">The plural; null to append an s.</param>
    public static string Count(long value, string one, string? many = null) =>
        $"{Number(value)} {(value == 1 ? one : many ?? one + "s")}";

    /// <summary>A size in bytes, for people.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1_024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1_024 * 1_024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):0.#} MB"),
    };

    private static int IndexOfUnclean(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) ? !char.IsSurrogatePair(text, i) : IsUnclean(new Rune(text[i])))
            {
                return i;
            }

            if (char.IsHighSurrogate(text[i]))
            {
                i++;
            }
        }

        return -1;
    }

    private static bool IsUnclean(Rune rune) =>
        (Rune.IsControl(rune) && rune.Value is not '\n' and not '\t')
        || rune.Value is >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069 or 0x200E or 0x200F or 0x061C or 0xFEFF
        || rune == Rune.ReplacementChar;
}
