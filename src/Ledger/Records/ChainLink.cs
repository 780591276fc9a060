using System.Buffers.Text;
using System.Text;
using Ledger.Log;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>The link from an event to the one before it, found in its hashed text without parsing.</summary>
/// <remarks>
/// Keys are sorted, so <c>op</c> and <c>prev_hash</c> come first, <c>seq</c> and <c>ts</c> last; and within a string every quotation mark
/// is escaped, so the markers cannot occur inside one.
/// </remarks>
internal readonly ref struct ChainLink
{
    private ChainLink(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prevHash, long? seq)
    {
        Text = text;
        PrevHash = prevHash;
        Seq = seq;
    }

    public ReadOnlySpan<byte> Text { get; }

    public ReadOnlySpan<byte> PrevHash { get; }

    public long? Seq { get; }

    private bool IsCompaction => Text.StartsWith("{\"op\": \"compact\", "u8);

    public static ChainLink Of(ReadOnlySpan<byte> text)
    {
        var before = ", \"prev_hash\": \""u8;
        var prevHash = text.IndexOf(before) is var p and >= 0 ? text[(p + before.Length)..] : default;
        prevHash = prevHash.IndexOf((byte)'"') is var end and >= 0 ? prevHash[..end] : default;

        var mark = ", \"seq\": "u8;
        var number = text.LastIndexOf(mark) is var s and >= 0 ? text[(s + mark.Length)..] : default;
        var isSeq = Utf8Parser.TryParse(number, out long seq, out var length) && number[length..].StartsWith(", \"ts\": \""u8);
        return new ChainLink(text, prevHash, isSeq ? seq : null);
    }

    /// <summary>The reason why the event does not follow the one with this seq and hash (0 and empty at the beginning), or null.</summary>
    public string? FaultAfter(long headSeq, ReadOnlySpan<byte> headHash)
    {
        if (Seq is not { } seq)
        {
            return "The event's text does not contain its seq.";
        }

        if (IsCompaction && PrevHash.IsEmpty)
        {
            return headSeq == 0 || (seq == headSeq + 1 && Continues(headHash)) ? null
                : $"The compaction does not continue the event with seq {headSeq} and the hash '{Shown(headHash)}'.";
        }

        if (seq != headSeq + 1)
        {
            return $"The event has seq {seq}, but {headSeq + 1} is expected. Events are missing, duplicated or out of order.";
        }

        return PrevHash.SequenceEqual(headHash)
            ? null
            : $"The event follows an event with the hash '{Shown(PrevHash)}', but the one before it has '{Shown(headHash)}'.";
    }

    private static string Shown(ReadOnlySpan<byte> hash) => TextRules.Printable(Encoding.UTF8.GetString(hash));

    private bool Continues(ReadOnlySpan<byte> headHash)
    {
        try
        {
            var values = WalValues.Of(JsonTextReader.Read(Text));
            return values.ToEvent(out _) is { } compaction && CompactionProof.Of(compaction)?.ContinuesHash == Encoding.UTF8.GetString(headHash);
        }
        catch (JsonTextException)
        {
            return false;
        }
    }
}
