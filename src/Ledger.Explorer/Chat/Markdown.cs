namespace Ledger.Explorer.Chat;

/// <summary>The Markdown that models write, as far as it can be shown as plain elements: headings, lists, code, bold text. Nothing becomes a link or an image.</summary>
internal static class Markdown
{
    /// <summary>The blocks of a text, in order.</summary>
    public static IReadOnlyList<MarkdownBlock> Blocks(string text)
    {
        var blocks = new List<MarkdownBlock>();
        var lines = new List<string>();
        var kind = MarkdownKind.Paragraph;
        string? fence = null;
        void End(MarkdownKind next)
        {
            if (lines.Count > 0 || kind == MarkdownKind.Code)
            {
                blocks.Add(new MarkdownBlock(kind, [.. lines]));
            }

            lines.Clear();
            kind = next;
        }

        foreach (var raw in text.Split('\n'))
        {
            var line = raw.TrimEnd('\r');
            var start = line.TrimStart();
            if (fence is not null)
            {
                if (start.StartsWith(fence, StringComparison.Ordinal) && start.TrimEnd().Trim(fence[0]).Length == 0)
                {
                    fence = null;
                    End(MarkdownKind.Paragraph);
                }
                else
                {
                    lines.Add(line);
                }
            }
            else if (start.StartsWith("```", StringComparison.Ordinal) || start.StartsWith("~~~", StringComparison.Ordinal))
            {
                End(MarkdownKind.Code);
                fence = start[..3];
            }
            else if (HeadingOf(start) is { } heading)
            {
                End(MarkdownKind.Heading);
                lines.Add(heading);
                End(MarkdownKind.Paragraph);
            }
            else if (ItemOf(start) is var (listed, item))
            {
                if (kind != listed)
                {
                    End(listed);
                }

                lines.Add(item);
            }
            else if (start.Length == 0)
            {
                if (kind == MarkdownKind.Paragraph)
                {
                    End(MarkdownKind.Paragraph);
                }
            }
            else if (kind is MarkdownKind.Bullets or MarkdownKind.Numbers && lines.Count > 0 && line.Length > start.Length)
            {
                lines[^1] += "\n" + start;
            }
            else
            {
                if (kind != MarkdownKind.Paragraph)
                {
                    End(MarkdownKind.Paragraph);
                }

                lines.Add(line);
            }
        }

        End(MarkdownKind.Paragraph);
        return blocks;
    }

    /// <summary>The pieces of a line: plain, bold or code.</summary>
    public static IEnumerable<(MarkdownStyle Style, string Text)> Pieces(string text)
    {
        var at = 0;
        while (at < text.Length)
        {
            var (begin, mark) = NextMark(text, at);
            var end = begin < 0 ? -1 : text.IndexOf(mark, begin + mark.Length, StringComparison.Ordinal);
            if (end <= begin + mark.Length || begin < 0)
            {
                // A mark without an end is text, with what follows it.
                var stop = begin < 0 ? text.Length : begin + mark.Length;
                yield return (MarkdownStyle.Plain, text[at..stop]);
                at = stop;
                continue;
            }

            if (begin > at)
            {
                yield return (MarkdownStyle.Plain, text[at..begin]);
            }

            yield return (mark[0] == '`' ? MarkdownStyle.Code : MarkdownStyle.Bold, text[(begin + mark.Length)..end]);
            at = end + mark.Length;
        }
    }

    private static (int At, string Mark) NextMark(string text, int from)
    {
        var (code, bold) = (text.IndexOf('`', from), text.IndexOf("**", from, StringComparison.Ordinal));
        return code >= 0 && (bold < 0 || code < bold) ? (code, "`") : (bold, "**");
    }

    private static string? HeadingOf(string line)
    {
        var marks = line.TakeWhile(c => c == '#').Count();
        return marks is > 0 and <= 6 && line.Length > marks && line[marks] == ' ' ? line[(marks + 1)..].Trim() : null;
    }

    private static (MarkdownKind Kind, string Text)? ItemOf(string line)
    {
        if (line.Length > 2 && line[0] is '-' or '*' or '+' && line[1] == ' ')
        {
            return (MarkdownKind.Bullets, line[2..]);
        }

        var digits = line.TakeWhile(char.IsAsciiDigit).Count();
        return digits is > 0 and < 4 && line.Length > digits + 2 && line[digits] is '.' or ')' && line[digits + 1] == ' '
            ? (MarkdownKind.Numbers, line[(digits + 2)..])
            : null;
    }
}

/// <summary>A block of a text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Lines">Its lines or items.</param>
internal sealed record MarkdownBlock(MarkdownKind Kind, IReadOnlyList<string> Lines);

/// <summary>The kinds of blocks.</summary>
internal enum MarkdownKind
{
    /// <summary>Lines of text.</summary>
    Paragraph,

    /// <summary>A heading.</summary>
    Heading,

    /// <summary>The items of a list.</summary>
    Bullets,

    /// <summary>The items of a numbered list.</summary>
    Numbers,

    /// <summary>Lines of code.</summary>
    Code,
}

/// <summary>How a piece of a line is written.</summary>
internal enum MarkdownStyle
{
    /// <summary>As text.</summary>
    Plain,

    /// <summary>Bold.</summary>
    Bold,

    /// <summary>As code.</summary>
    Code,
}
