using System.Globalization;

namespace Ledger.Records;

/// <summary>The end of a chain at some time: stored elsewhere, it proves that nothing up to it was changed or cut off.</summary>
/// <remarks>Equal if both parts are. The default value is the head of an empty chain.</remarks>
public readonly record struct ChainHead
{
    /// <summary>Creates a head; the hash is 64 lower-case hexadecimal digits, or empty at seq 0.</summary>
    public ChainHead(long seq, string hash)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seq);
        ArgumentNullException.ThrowIfNull(hash);
        if (!IsHash(seq, hash))
        {
            throw new ArgumentException("A hash is 64 lower-case hexadecimal digits, and empty at seq 0.", nameof(hash));
        }

        Seq = seq;
        Hash = Kept(hash);
    }

    private ChainHead(string hash, long seq)
    {
        Seq = seq;
        Hash = Kept(hash);
    }

    /// <summary>The seq of the last event.</summary>
    public long Seq { get; }

    /// <summary>Its hash.</summary>
    public string Hash => field ?? "";

    /// <summary>Reads <c>SEQ:HASH</c>.</summary>
    public static bool TryParse(string text, out ChainHead head)
    {
        ArgumentNullException.ThrowIfNull(text);
        head = default;
        var parts = text.Split(':');
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seq)
            || !IsHash(seq, parts[1]))
        {
            return false;
        }

        head = new ChainHead(seq, parts[1]);
        return true;
    }

    /// <summary><c>SEQ:HASH</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seq}:{Hash}");

    /// <summary>A head read from a log, which may be malformed after an import that kept damaged lines.</summary>
    internal static ChainHead Unchecked(long seq, string hash) => new(hash, seq);

    // Null as in the default value, so that both are equal.
    private static string Kept(string hash) => hash.Length == 0 ? null! : hash;

    private static bool IsHash(long seq, string hash) => hash.Length == (seq == 0 ? 0 : ChainHash.Length) && hash.All(char.IsAsciiHexDigitLower);
}
