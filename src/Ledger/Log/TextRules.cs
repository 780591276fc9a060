using System.Text;

namespace Ledger.Log;

/// <summary>Rules for the characters of a name or an id.</summary>
internal static class TextRules
{
    /// <summary>What is wrong, as the rest of a sentence, or null. Control characters and halves of surrogate pairs are refused.</summary>
    public static string? FaultOf(string text)
    {
        // Nearly all are of these characters, and each event has several.
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return null;
        }

        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                return $"has half of a surrogate pair as character {i + 1}";
            }

            if (Rune.IsControl(rune))
            {
                return $"has the control character U+{rune.Value:X4} as character {i + 1}";
            }

            i += rune.Utf16SequenceLength;
        }

        return null;
    }

    /// <summary>The text for a message: short, with what cannot be shown replaced.</summary>
    public static string Printable(string text)
    {
        var shown = string.Concat(text.Take(60).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c));
        return text.Length > 60 ? shown + "…" : shown;
    }
}
