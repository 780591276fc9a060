using Ledger.Json;
using Ledger.Log;

namespace Ledger.Records.Chronomemory;

/// <summary>The reference's own verification of a log.</summary>
internal static class FolderChain
{
    /// <param name="lines">The lines of the log, or those after a valid one.</param>
    /// <param name="before">The hash of the event before them; empty at the beginning.</param>
    public static ChainBreak? FirstBroken(IEnumerable<WalLine> lines, string before = "")
    {
        var lineBefore = 0L;
        foreach (var line in lines)
        {
            if (FaultOf(line, before, lineBefore) is { } reason)
            {
                return new ChainBreak(line.Line, line.Event?.Seq, reason);
            }

            (before, lineBefore) = (line.Values!.Hash.Text!, line.Line);
        }

        return null;
    }

    private static string? FaultOf(WalLine line, string before, long lineBefore)
    {
        if (line.Values is not { } values)
        {
            return $"The line is not an event: {line.Fault}.";
        }

        if (line.IsSplit)
        {
            return "The line contains a character at which chronomemory splits lines (U+0085, U+2028 or U+2029), so chronomemory cannot read it.";
        }

        if (values.PrevHash.Text != before)
        {
            var left = before.Length == 0 ? "the first event must not follow any" : $"line {lineBefore} has the hash '{Shown(before)}'";
            return $"The event follows an event with the hash '{Shown(values.PrevHash.Text)}', but {left}."
                + " An event was removed, moved, duplicated or changed.";
        }

        try
        {
            var computed = ChainHash.Of(values.HashedText());
            return values.Hash.Text == computed
                ? null
                : $"The event has the hash '{Shown(values.Hash.Text)}', but the hash of its text is '{Shown(computed)}'. The text or the hash was changed.";
        }
        catch (LoneSurrogateException)
        {
            return "The event contains half of a surrogate pair, so it has no hash.";
        }
    }

    private static string Shown(string? hash) =>
        hash is null ? "(no text)"
        : hash.Length <= 16 ? TextRules.Printable(hash)
        : TextRules.Printable(hash[..16]) + "…";
}
