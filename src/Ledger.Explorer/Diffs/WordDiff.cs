using Ledger.Explorer.Chat;

namespace Ledger.Explorer.Diffs;

/// <summary>What two prompts or answers say in other words.</summary>
internal static class WordDiff
{
    // The comparison takes the product of both numbers.
    private const int MostWords = 600;

    /// <summary>The words of two events that both have text, as pieces that both have, or one of them; null for other events, equal texts and long ones.</summary>
    public static IReadOnlyList<WordPiece>? Of(EventPair pair) =>
        pair is { A: { } a, B: { } b } && a.Type == b.Type && a.Type is "llm.request" or "llm.response" && TextsOf(pair.A, pair.B) is var (textA, textB) && textA != textB
            ? Of(textA, textB)
            : null;

    /// <summary>The same for two texts; null if one of them is too long.</summary>
    public static IReadOnlyList<WordPiece>? Of(string a, string b)
    {
        var (wordsA, wordsB) = (Words(a), Words(b));
        if (wordsA.Count > MostWords || wordsB.Count > MostWords)
        {
            return null;
        }

        var longest = new int[wordsA.Count + 1, wordsB.Count + 1];
        for (var i = wordsA.Count - 1; i >= 0; i--)
        {
            for (var j = wordsB.Count - 1; j >= 0; j--)
            {
                longest[i, j] = wordsA[i] == wordsB[j] ? longest[i + 1, j + 1] + 1 : Math.Max(longest[i + 1, j], longest[i, j + 1]);
            }
        }

        var pieces = new List<WordPiece>();
        var (x, y) = (0, 0);
        while (x < wordsA.Count || y < wordsB.Count)
        {
            if (x < wordsA.Count && y < wordsB.Count && wordsA[x] == wordsB[y])
            {
                Add(WordChange.Same, wordsA[x++]);
                y++;
            }
            else if (y == wordsB.Count || (x < wordsA.Count && longest[x + 1, y] >= longest[x, y + 1]))
            {
                Add(WordChange.OnlyA, wordsA[x++]);
            }
            else
            {
                Add(WordChange.OnlyB, wordsB[y++]);
            }
        }

        return pieces;

        void Add(WordChange change, string word)
        {
            if (pieces.Count > 0 && pieces[^1].Change == change)
            {
                pieces[^1] = pieces[^1] with { Text = pieces[^1].Text + word };
            }
            else
            {
                pieces.Add(new WordPiece(change, word));
            }
        }
    }

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
                if (words.Count > MostWords)
                {
                    break;
                }
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
