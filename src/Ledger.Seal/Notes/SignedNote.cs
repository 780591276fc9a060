using System.Buffers.Binary;
using System.Text;

namespace Ledger.Seal;

/// <summary>A text with signatures, in the format of https://c2sp.org/signed-note.</summary>
/// <remarks>Immutable. Equality is by reference.</remarks>
public sealed class SignedNote
{
    private const string Dash = "— ";
    private const int MostSignatures = 100;

    /// <summary>Creates a note.</summary>
    /// <param name="text">The text, which ends with a newline.</param>
    /// <param name="signatures">Its signatures.</param>
    public SignedNote(string text, IReadOnlyList<NoteSignature> signatures)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(signatures);
        if (!text.EndsWith('\n') || text.Any(c => c < ' ' && c != '\n'))
        {
            throw new SealFormatException("The text of a note ends with a newline and has no other control characters.");
        }

        (Text, Signatures) = (text, signatures);
    }

    /// <summary>The text that is signed.</summary>
    public string Text { get; }

    /// <summary>The signatures, those of unknown keys too.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>Reads a note.</summary>
    /// <exception cref="SealFormatException">It is not one.</exception>
    public static SignedNote Parse(string note)
    {
        ArgumentNullException.ThrowIfNull(note);
        var split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !note.EndsWith('\n') || split + 2 == note.Length)
        {
            throw new SealFormatException("The note has no signatures.");
        }

        var lines = note[(split + 2)..^1].Split('\n');
        return lines.Length > MostSignatures
            ? throw new SealFormatException($"The note has more than {MostSignatures} signatures.")
            : new SignedNote(note[..(split + 1)], [.. lines.Select(Read)]);
    }

    /// <summary>Signs a text.</summary>
    /// <param name="text">The text, which ends with a newline.</param>
    /// <param name="signers">Who signs it.</param>
    /// <param name="cancellationToken">Stops waiting for them.</param>
    public static async Task<SignedNote> SignAsync(string text, IReadOnlyList<INoteSigner> signers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(signers);
        var signatures = new List<NoteSignature>();
        foreach (var signer in signers)
        {
            var key = NoteKey.Parse(signer.VerifierKey);
            var bytes = await signer.SignAsync(Encoding.UTF8.GetBytes(text), cancellationToken).ConfigureAwait(false);
            var signature = new NoteSignature(key.Name, key.Id, bytes);
            signatures.Add(key.Verifies(text, signature)
                ? signature
                : throw new InvalidOperationException($"The signer of '{signer.VerifierKey}' gave a signature that its key does not verify. Nothing was published."));
        }

        return new SignedNote(text, signatures);
    }

    /// <summary>The note with further signatures; a line that it has already is not repeated.</summary>
    public SignedNote With(IEnumerable<NoteSignature> signatures) =>
        new(Text, [.. Signatures, .. signatures.Where(s => !Signatures.Any(own => own.Name == s.Name && own.KeyId == s.KeyId))]);

    /// <summary>The keys of those given that signed the note.</summary>
    /// <exception cref="SealFormatException">A signature of a given key is wrong; the note is not to be trusted at all.</exception>
    public IReadOnlyList<NoteKey> FindSigners(IReadOnlyCollection<NoteKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var signers = new List<NoteKey>();
        foreach (var signature in Signatures)
        {
            if (keys.FirstOrDefault(k => k.Name == signature.Name && k.Id == signature.KeyId) is not { } key)
            {
                continue;
            }

            if (!key.Verifies(Text, signature))
            {
                throw new SealFormatException($"The signature of '{key.Name}' does not fit the text: one of the two was changed.");
            }

            if (!signers.Contains(key))
            {
                signers.Add(key);
            }
        }

        return signers;
    }

    /// <summary>The note as text.</summary>
    public override string ToString()
    {
        var note = new StringBuilder(Text).Append('\n');
        foreach (var signature in Signatures)
        {
            var bytes = new byte[4 + signature.Bytes.Length];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, signature.KeyId);
            signature.Bytes.Span.CopyTo(bytes.AsSpan(4));
            note.Append(Dash).Append(signature.Name).Append(' ').Append(Convert.ToBase64String(bytes)).Append('\n');
        }

        return note.ToString();
    }

    private static NoteSignature Read(string line)
    {
        var space = line.LastIndexOf(' ');
        if (line.StartsWith(Dash, StringComparison.Ordinal) && space > Dash.Length)
        {
            var (name, bytes) = (line[Dash.Length..space], SealText.Base64(line[(space + 1)..]));
            if (NoteKey.IsName(name) && bytes is { Length: > 4 })
            {
                return new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(4));
            }
        }

        throw new SealFormatException("A line of the note is not a signature.");
    }
}
