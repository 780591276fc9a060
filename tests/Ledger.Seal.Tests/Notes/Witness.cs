using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ledger.Seal.Tests.Notes;

/// <summary>A witness: it cosigns what it is given.</summary>
internal sealed class Witness
{
    private readonly SealKey _key;

    private Witness(SealKey key)
    {
        _key = key;
        var name = NoteKey.Parse(key.VerifierKey).Name;
        var publicKey = Convert.FromBase64String(key.VerifierKey.Split('+', 3)[2])[1..];
        var id = SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', 4, .. publicKey])[..4];
        Key = NoteKey.Parse($"{name}+{Convert.ToHexStringLower(id)}+{Convert.ToBase64String([4, .. publicKey])}");
    }

    public NoteKey Key { get; }

    public static Witness Create(string name) => new(SealKey.Generate(name));

    public async Task<NoteSignature> SignAsync(string text, long time)
    {
        var signed = string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {time}\n{text}");
        var bytes = new byte[72];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time);
        (await _key.SignAsync(Encoding.UTF8.GetBytes(signed), CancellationToken.None)).CopyTo(bytes, 8);
        return new NoteSignature(Key.Name, Key.Id, bytes);
    }
}
