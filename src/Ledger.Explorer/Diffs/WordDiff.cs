using System.Buffers;
using Ledger.Explorer.Chat;

namespace Ledger.Explorer.Diffs;

/// <summary>What two prompts or answers say in other words.</summary>
internal static class WordDiff
{
    // The comparison takes the product of both numbers; the words that both begin and end with do not count.
    private const int MostWords = 600;
    private const int MostLetters = 1_000_000;

    // Of what both say, as much is shown around a change.
    private const int Around = 200;

    /// <summary>
    /// The words of two events that both have text, as pieces that both have, or one of them: none if they are too long to compare; null for other events and
    /// equal texts.
    /// </summary>
    public static IReadOnlyList<WordPiece>? Of(EventPair pair) =>
        pair is { A: { } a, B: { } b } && a.Type == b.Type && a.Type is "llm.request" or "llm.response" && TextsOf(pair.A, pair.B) is var (textA, textB) && textA != textB
            ? Of(textA, textB)
            : null;

    /// <summary>The same for two different texts.</summary>
    public static IReadOnlyList<WordPiece> Of(string a, string b)
    {
        if (a.Length + b.Length > MostLetters)
        {
            return [];
        }

        List<string> wordsA = Words(a), wordsB = Words(b);
        var (begin, end) = (0, 0);
        while (begin < Math.Min(wordsA.Count, wordsB.Count) && wordsA[begin] == wordsB[begin])
        {
            begin++;
        }

        while (end < Math.Min(wordsA.Count, wordsB.Count) - begin && wordsA[^(end + 1)] == wordsB[^(end + 1)])
        {
            end++;
        }

        if (wordsA.Count - begin - end > MostWords || wordsB.Count - begin - end > MostWords)
        {
            return [];
        }

        var pieces = new List<WordPiece>();
        Add(pieces, WordChange.Same, string.Concat(wordsA.Take(begin)));
        Compare(wordsA[begin..^end], wordsB[begin..^end], pieces);
        Add(pieces, WordChange.Same, string.Concat(wordsA.TakeLast(end)));
        for (var i = 0; i < pieces.Count; i++)
        {
            pieces[i] = pieces[i].Change == WordChange.Same ? pieces[i] with { Text = Shortened(pieces[i].Text, i == 0, i == pieces.Count - 1) } : pieces[i];
        }

        return pieces;
    }

    private static void Compare(List<string> a, List<string> b, List<WordPiece> pieces)
    {
        var width = b.Count + 1;
        var longest = ArrayPool<short>.Shared.Rent((a.Count + 1) * width);
        longest.AsSpan(a.Count * width, width).Clear();
        for (var i = a.Count - 1; i >= 0; i--)
        {
            longest[(i * width) + b.Count] = 0;
            for (var j = b.Count - 1; j >= 0; j--)
            {
                longest[(i * width) + j] = a[i] == b[j]
                    ? (short)(longest[((i + 1) * width) + j + 1] + 1)
                    : Math.Max(longest[((i + 1) * width) + j], longest[(i * width) + j + 1]);
            }
        }

        var (x, y) = (0, 0);
        while (x < a.Count || y < b.Count)
        {
            if (x < a.Count && y < b.Count && a[x] == b[y])
            {
                Add(pieces, WordChange.Same, a[x++]);
                y++;
            }
            else if (y == b.Count || (x < a.Count && longest[((x + 1) * width) + y] >= longest[(x * width) + y + 1]))
            {
                Add(pieces, WordChange.OnlyA, a[x++]);
            }
            else
            {
                Add(pieces, WordChange.OnlyB, b[y++]);
            }
        }

        ArrayPool<short>.Shared.Return(longest);
    }

    private static void Add(List<WordPiece> pieces, WordChange change, string words)
    {
        if (words.Length == 0)
        {
            return;
        }

        if (pieces.Count > 0 && pieces[^1].Change == change)
        {
            pieces[^1] = pieces[^1] with { Text = pieces[^1].Text + words };
        }
        else
        {
            pieces.Add(new WordPiece(change, words));
        }
    }

    private static string Shortened(string text, bool isFirst, bool isLast) => text.Length <= 3 * Around
        ? text
        : $"{(isFirst ? "" : text[..Around])} … {(isLast ? "" : text[^Around..])}";

    // Of requests, what follows the messages that both have.
    private static (string A, string B) TextsOf(RecordedEvent a, RecordedEvent b)
    {
        if (a.Type == "llm.response")
        {
            return (TextOf(ChatForm.Response(a.ToJsonElement())), TextOf(ChatForm.Response(b.ToJsonElement())));
        }

        var (askedA, askedB) = (ChatForm.Request(a.ToJsonElement()), ChatForm.Request(b.ToJsonElement()));
        var same = 0;
        while (same < askedA.Count && same < askedB.Count && TextOf([askedA[same]]) == TextOf([askedB[same]]))
        {
            same++;
        }

        return (TextOf(askedA.Skip(same)), TextOf(askedB.Skip(same)));
    }

    private static string TextOf(IEnumerable<ChatMessage> messages) => string.Join('\n', messages.SelectMany(message => message.Parts).Select(part => part.Text).OfType<string>());

    // A word with the space after it.
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var begin = 0;
        for (var i = 1; i <= text.Length; i++)
        {
            if (i == text.Length || (char.IsWhiteSpace(text[i - 1]) && !char.IsWhiteSpace(text[i])))
            {
                words.Add(text[begin..i]);
                begin = i;
            }
        }

        return words;
    }
}

/// <summary>Words that follow one another.</summary>
/// <param name="Change">Which text has them.</param>
/// <param name="Text">The words.</param>
internal sealed record WordPiece(WordChange Change, string Text);

/// <summary>Which of two texts has some words.</summary>
internal enum WordChange
{
    /// <summary>Both.</summary>
    Same,

    /// <summary>Only the first.</summary>
    OnlyA,

    /// <summary>Only the second.</summary>
    OnlyB,
}
