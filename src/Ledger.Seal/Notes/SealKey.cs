using System.Globalization;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace Ledger.Seal;

/// <summary>A private Ed25519 key that signs checkpoints.</summary>
/// <remarks>As text <c>PRIVATE+KEY+name+id+seed</c>, which Go's <c>sumdb/note</c> reads too. <see cref="ToString"/> gives the public key only. Safe for concurrent use.</remarks>
public sealed class SealKey : INoteSigner
{
    private const string Prefix = "PRIVATE+KEY+";

    private readonly Ed25519PrivateKeyParameters _key;

    private SealKey(string name, byte[] seed)
    {
        _key = new Ed25519PrivateKeyParameters(seed);
        VerifierKey = NoteKey.TextOf(name, _key.GeneratePublicKey().GetEncoded());
    }

    /// <inheritdoc/>
    public string VerifierKey { get; }

    /// <summary>Generates a key.</summary>
    /// <param name="name">The origin of the log: a name like <c>example.com/log</c>, without spaces and plus signs.</param>
    /// <exception cref="ArgumentException">The name is not one.</exception>
    public static SealKey Generate(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return NoteKey.IsName(name)
            ? new SealKey(name, RandomNumberGenerator.GetBytes(32))
            : throw new ArgumentException($"'{name}' is not the name of a key: it must have no spaces and no plus signs, and not be empty.");
    }

    /// <summary>Reads a private key, such as from a file or an environment variable.</summary>
    /// <exception cref="SealFormatException">It is not one. The message does not show it.</exception>
    public static SealKey Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var text = key.Trim();
        var parts = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..].Split('+', 3) : [];
        if (parts.Length == 3 && NoteKey.IsName(parts[0]) && SealText.Base64(parts[2]) is { Length: 33 } bytes && bytes[0] == NoteKey.Ed25519)
        {
            var read = new SealKey(parts[0], bytes[1..]);
            if (NoteKey.Parse(read.VerifierKey).Id.ToString("x8", CultureInfo.InvariantCulture) == parts[1])
            {
                return read;
            }
        }

        throw new SealFormatException("The text is not a private key of the form 'PRIVATE+KEY+name+id+base64'. 'ledger seal keygen' makes one.");
    }

    /// <summary>The private key as text, for the file or variable that keeps it.</summary>
    public string Export()
    {
        var name = VerifierKey.Split('+', 3);
        return $"{Prefix}{name[0]}+{name[1]}+{Convert.ToBase64String([NoteKey.Ed25519, .. _key.GetEncoded()])}";
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var signer = new Ed25519Signer();
        signer.Init(forSigning: true, _key);
        signer.BlockUpdate(text.ToArray(), 0, text.Length);
        return ValueTask.FromResult(signer.GenerateSignature());
    }

    /// <summary>The public key.</summary>
    public override string ToString() => VerifierKey;
}
