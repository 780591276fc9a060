using System.Globalization;
using System.Text;

namespace Ledger.Seal;

/// <summary>A proof that an entry is in a log, in the format of https://c2sp.org/tlog-proof.</summary>
/// <param name="Extra">What a verifier needs besides: for an event its entry, payload and salts as JSON; empty for none.</param>
/// <param name="Index">The leaf's number, from 0.</param>
/// <param name="Hashes">The hashes from the leaf's sibling up.</param>
/// <param name="Checkpoint">The signed checkpoint that the proof leads to.</param>
public sealed record InclusionProof(ReadOnlyMemory<byte> Extra, long Index, IReadOnlyList<byte[]> Hashes, SignedNote Checkpoint)
{
    internal const string FirstLine = "c2sp.org/tlog-proof@v1";

    /// <summary>Reads a proof.</summary>
    /// <exception cref="SealFormatException">It is not one.</exception>
    public static InclusionProof Parse(string proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        var end = proof.IndexOf("\n\n", StringComparison.Ordinal);
        var lines = end < 0 ? [] : proof[..end].Split('\n');
        if (lines.Length < 2 || lines[0] != FirstLine)
        {
            throw new SealFormatException($"The file is not a proof: it must begin with '{FirstLine}'.");
        }

        var at = 1;
        byte[]? extra = [];
        if (lines[at].StartsWith("extra ", StringComparison.Ordinal))
        {
            extra = SealText.Base64(lines[at++][6..]);
        }

        return extra is not null && at < lines.Length && lines[at].StartsWith("index ", StringComparison.Ordinal)
            && long.TryParse(lines[at].AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && lines[at] == string.Create(CultureInfo.InvariantCulture, $"index {index}")
            ? new InclusionProof(extra, index, [.. lines[(at + 1)..].Select(SealText.Hash)], SignedNote.Parse(proof[(end + 2)..]))
            : throw new SealFormatException("The proof has no index, or its extra data is not base64.");
    }

    /// <summary>The proof as text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(FirstLine).Append('\n');
        if (!Extra.IsEmpty)
        {
            text.Append("extra ").Append(Convert.ToBase64String(Extra.Span)).Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"index {Index}\n");
        foreach (var hash in Hashes)
        {
            text.Append(Convert.ToBase64String(hash)).Append('\n');
        }

        return text.Append('\n').Append(Checkpoint).ToString();
    }
}
