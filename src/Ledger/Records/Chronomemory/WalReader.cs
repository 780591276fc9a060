using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Ledger.Records.Chronomemory;

/// <summary>Splits an <c>events.wal</c> into lines, as the reference does.</summary>
/// <remarks>
/// <para>Lines end with LF, CRLF or CR and, because the reference uses <c>str.splitlines</c>, with some further characters. A line that is
/// an event only if it is not split at such a character is kept whole: the reference wrote it, but cannot read it back.</para>
/// </remarks>
internal static class WalReader
{
    private const string Breaks = "\v\f\u001c\u001d\u001e\u0085\u2028\u2029";
    private const string Blanks =
        " \t\u001f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\n\r" + Breaks;

    private static readonly char[] BreakChars = Breaks.ToCharArray();
    private static readonly SearchValues<char> AnyBreak = SearchValues.Create(Breaks);
    private static readonly char[] BlankChars = Blanks.ToCharArray();

    public static List<WalLine> Read(ReadOnlyMemory<byte> utf8)
    {
        var lines = new List<WalLine>();
        var number = 1L;
        string? before = null;
        while (!utf8.IsEmpty)
        {
            var end = utf8.Span.IndexOfAny((byte)'\n', (byte)'\r');
            var length = end < 0 ? utf8.Length : end;
            var width = end < 0 ? 0 : utf8.Span[end..].StartsWith("\r\n"u8) ? 2 : 1;
            var hasOwnEnd = end >= 0 && utf8.Span[end] == '\n';
            var found = lines.Count;
            var ending = hasOwnEnd ? null : end < 0 ? "has no line end" : "does not end with just a line feed";
            number += ReadLine(lines, utf8[..length], number, before ?? ending);
            before = lines.Count > found ? null : "has blank lines before it";
            utf8 = utf8[(length + width)..];
        }

        if (before is not null && lines is [.., var last])
        {
            lines[^1] = new WalLine(last.Line, last.Text, last.Values, last.Event, last.Fault)
            {
                Surroundings = last.Surroundings ?? "has blank lines after it",
                Unknown = last.Unknown,
                IsSplit = last.IsSplit,
            };
        }

        return lines;
    }

    // Adds the lines that the reference finds between two line ends, and returns how many it counts there.
    private static int ReadLine(List<WalLine> lines, ReadOnlyMemory<byte> utf8, long number, string? surroundings)
    {
        if (!Utf8.IsValid(utf8.Span))
        {
            lines.Add(new WalLine(number, utf8, null, null, "the bytes are not UTF-8"));
            return 1;
        }

        if (utf8.Span is [(byte)'{', .., (byte)'}'] && !MayBreak(utf8.Span))
        {
            lines.Add(Parse(utf8, number, surroundings, isSplit: false));
            return 1;
        }

        var text = Encoding.UTF8.GetString(utf8.Span);
        var parts = text.Split(BreakChars);
        var count = parts.Length - (parts.Length > 1 && parts[^1].Length == 0 && surroundings == "has no line end" ? 1 : 0);
        if (parts.Length > 1 && text.Trim(BlankChars) is var whole && whole.AsSpan().ContainsAny(AnyBreak)
            && Parse(Encoding.UTF8.GetBytes(whole), number, surroundings, isSplit: true) is { Event: not null } line)
        {
            lines.Add(line);
            return count;
        }

        for (var i = 0; i < count; i++)
        {
            if (parts[i].Trim(BlankChars) is { Length: > 0 } part)
            {
                var around = surroundings ?? (parts.Length > 1 || part.Length < text.Length ? "has blanks around it" : null);
                lines.Add(Parse(Encoding.UTF8.GetBytes(part), number + i, around, isSplit: false));
            }
        }

        return count;
    }

    private static bool MayBreak(ReadOnlySpan<byte> utf8) =>
        utf8.IndexOfAnyInRange((byte)0x0b, (byte)0x1e) >= 0
        || utf8.IndexOf("\u0085"u8) >= 0
        || utf8.IndexOf("\u2028"u8) >= 0
        || utf8.IndexOf("\u2029"u8) >= 0;

    private static WalLine Parse(ReadOnlyMemory<byte> utf8, long number, string? surroundings, bool isSplit)
    {
        try
        {
            var json = JsonTextReader.Read(utf8.Span);
            if (json.Kind != JsonKind.Members)
            {
                return new WalLine(number, utf8, null, null, "the line is not a JSON object") { Surroundings = surroundings };
            }

            var values = WalValues.Of(json);
            var walEvent = values.ToEvent(out var fault);
            return new WalLine(number, utf8, values, walEvent, fault)
            {
                Surroundings = surroundings,
                Unknown = [.. json.Members.Keys.Except(WalValues.Names)],
                IsSplit = isSplit,
            };
        }
        catch (JsonTextException e)
        {
            return new WalLine(number, utf8, null, null, e.Message.TrimEnd('.')) { Surroundings = surroundings };
        }
    }
}
