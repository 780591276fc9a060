using System.Globalization;

namespace Ledger.Seal;

/// <summary>The head of a tree, in the format of https://c2sp.org/tlog-checkpoint.</summary>
/// <param name="Origin">Which log it is of.</param>
/// <param name="Size">How many leaves the tree has.</param>
/// <param name="Root">Its root.</param>
public sealed record Checkpoint(string Origin, long Size, ReadOnlyMemory<byte> Root)
{
    /// <summary>The text that is signed.</summary>
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Convert.ToBase64String(Root.Span)}\n");

    /// <summary>Reads the checkpoint of a note; extension lines are passed over.</summary>
    /// <exception cref="SealFormatException">The note is not a checkpoint.</exception>
    public static Checkpoint Of(SignedNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        var lines = note.Text[..^1].Split('\n');
        return lines.Length >= 3 && lines.All(line => line.Length > 0)
            && long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && size.ToString(CultureInfo.InvariantCulture) == lines[1]
            ? new Checkpoint(lines[0], size, SealText.Hash(lines[2]))
            : throw new SealFormatException("The note is not a checkpoint: origin, size and root, each on a line.");
    }
}
