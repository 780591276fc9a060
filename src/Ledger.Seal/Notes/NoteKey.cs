using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace Ledger.Seal;

/// <summary>A key that verifies signatures of notes: Ed25519 of a log, or the timestamped Ed25519 cosignatures of a witness.</summary>
/// <remarks>
/// As text <c>name+id+key</c>: https://c2sp.org/signed-note#verifier-keys; cosignatures: https://c2sp.org/tlog-cosignature. Equality is by reference.
/// </remarks>
public sealed class NoteKey
{
    internal const byte Ed25519 = 1;
    internal const byte Cosignature = 4;
    private const int SignatureSize = 64;

    private readonly byte _type;
    private readonly Ed25519PublicKeyParameters _key;

    private NoteKey(string name, byte type, byte[] key) =>
        (Name, _type, Id, _key) = (name, type, IdOf(name, type, key), new Ed25519PublicKeyParameters(key));

    /// <summary>The name: of a log, its origin.</summary>
    public string Name { get; }

    /// <summary>The number that signatures name the key by.</summary>
    public uint Id { get; }

    /// <summary>Whether it is the key of a witness, whose signatures say when it saw a checkpoint.</summary>
    public bool IsWitness => _type == Cosignature;

    /// <summary>Reads a key.</summary>
    /// <exception cref="SealFormatException">It is not one, or is of another kind.</exception>
    public static NoteKey Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var parts = key.Trim().Split('+', 3);
        if (parts.Length == 3 && IsName(parts[0]) && SealText.Base64(parts[2]) is { Length: 33 } bytes && bytes[0] is Ed25519 or Cosignature
            && IsPoint(bytes.AsSpan(1).ToArray()))
        {
            var read = new NoteKey(parts[0], bytes[0], bytes[1..]);
            if (parts[1] == read.Id.ToString("x8", CultureInfo.InvariantCulture))
            {
                return read;
            }
        }

        throw new SealFormatException($"'{key.Trim()}' is not a verifier key: 'name+id+base64', Ed25519 (type 1) or a cosignature (type 4).");
    }

    /// <summary>The key as text.</summary>
    public override string ToString() => $"{Name}+{Id:x8}+{Convert.ToBase64String([_type, .. _key.GetEncoded()])}";

    internal static string TextOf(string name, byte[] publicKey) => new NoteKey(name, Ed25519, publicKey).ToString();

    internal static bool IsName(string name) => name.Length > 0 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+');

    /// <summary>Whether a signature of this key is right.</summary>
    internal bool Verifies(string text, NoteSignature signature)
    {
        var bytes = signature.Bytes;
        if (_type == Cosignature)
        {
            if (bytes.Length != 8 + SignatureSize || TimeOf(signature) is not { } time)
            {
                return false;
            }

            text = string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {time}\n{text}");
            bytes = bytes[8..];
        }

        if (bytes.Length != SignatureSize)
        {
            return false;
        }

        var message = Encoding.UTF8.GetBytes(text);
        var verifier = new Ed25519Signer();
        verifier.Init(forSigning: false, _key);
        verifier.BlockUpdate(message, 0, message.Length);
        return verifier.VerifySignature(bytes.ToArray());
    }

    /// <summary>When a witness says that it saw the checkpoint, in seconds since 1970.</summary>
    internal static long? TimeOf(NoteSignature signature) =>
        BinaryPrimitives.ReadInt64BigEndian(signature.Bytes.Span) is var time and >= 0 ? time : null;

    private static uint IdOf(string name, byte type, byte[] key) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', type, .. key]));

    private static bool IsPoint(byte[] key)
    {
        try
        {
            _ = new Ed25519PublicKeyParameters(key);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
