using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Forgetting;

/// <summary>Encrypts a value of a payload with the key of a subject: AES-256-GCM, as a text <c>ledger:enc:1:{kind}:{subject}:{event}:{place}:{nonce, ciphertext and tag}</c>, all but the kind and the event in base64url.</summary>
/// <remarks>
/// What stands before the nonce is authenticated, so that a text says nothing in another event or at another place of it: a reader who copies it into an event of their own gets it
/// back as it is. The nonce is derived from the event, the place and the value by a key of its own, so that an event that is appended again is the same text; for any other event, place or value
/// it is another nonce.
/// </remarks>
internal static class SubjectCipher
{
    /// <summary>The length of a key in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>What every encrypted value begins with.</summary>
    public const string Prefix = "ledger:enc:1:";

    private const int NonceSize = 12;
    private const int TagSize = 16;

    public static string Encrypt(JsonElement value, string subject, ReadOnlySpan<byte> key, Guid eventId, string place)
    {
        var isText = value.ValueKind == JsonValueKind.String;
        var plain = isText ? Encoding.UTF8.GetBytes(value.GetString()!) : CanonicalJson.ToBytes(value);
        Span<byte> id = stackalloc byte[16];
        eventId.TryWriteBytes(id);
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Derive(key, "nonce"u8));
        mac.AppendData(id);
        mac.AppendData(Encoding.UTF8.GetBytes($"{(isText ? 's' : 'j')}{place}\0"));
        mac.AppendData(plain);
        var sealedValue = new byte[NonceSize + plain.Length + TagSize];
        mac.GetHashAndReset().AsSpan(0, NonceSize).CopyTo(sealedValue);
        var head = Head(isText, subject, eventId, place);
        using var aes = new AesGcm(Derive(key, "value"u8), TagSize);
        aes.Encrypt(sealedValue.AsSpan(0, NonceSize), plain, sealedValue.AsSpan(NonceSize, plain.Length), sealedValue.AsSpan(NonceSize + plain.Length), Encoding.UTF8.GetBytes(head));
        return head + Base64Url.EncodeToString(sealedValue);
    }

    /// <summary>Whose an encrypted text is, and for which event and place it was made; null for any other text.</summary>
    public static EncryptedPlace? PlaceOf(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)
            || text.Split(':') is not [_, _, _, "s" or "j", var subject, var id, var place, _]
            || !Guid.TryParseExact(id, "N", out var eventId))
        {
            return null;
        }

        try
        {
            return new EncryptedPlace(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(subject)), eventId, Encoding.UTF8.GetString(Base64Url.DecodeFromChars(place)));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Whether a text was encrypted with a key.</summary>
    public static bool IsOf(string text, byte[] key) => Open(text, key) is not null;

    /// <summary>Writes what an encrypted text stands for: without its key, or if it was changed, <c>****</c> for a text and null for anything else.</summary>
    public static void Decrypt(Utf8JsonWriter writer, string text, byte[]? key)
    {
        var isText = text[Prefix.Length] == 's';
        var plain = key is null ? null : Open(text, key);
        if (plain is null && isText)
        {
            writer.WriteStringValue(PayloadBlank.Text);
        }
        else if (plain is null)
        {
            writer.WriteNullValue();
        }
        else if (isText)
        {
            writer.WriteStringValue(plain);
        }
        else
        {
            writer.WriteRawValue(plain, skipInputValidation: true);
        }
    }

    private static byte[]? Open(string text, byte[] key)
    {
        var end = text.LastIndexOf(':') + 1;
        try
        {
            var sealedValue = Base64Url.DecodeFromChars(text.AsSpan(end));
            if (sealedValue.Length < NonceSize + TagSize)
            {
                return null;
            }

            var plain = new byte[sealedValue.Length - NonceSize - TagSize];
            using var aes = new AesGcm(Derive(key, "value"u8), TagSize);
            aes.Decrypt(
                sealedValue.AsSpan(0, NonceSize), sealedValue.AsSpan(NonceSize, plain.Length), sealedValue.AsSpan(NonceSize + plain.Length), plain, Encoding.UTF8.GetBytes(text[..end]));
            return plain;
        }
        catch (Exception fault) when (fault is FormatException or AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static string Head(bool isText, string subject, Guid eventId, string place) => $"{Prefix}{(isText ? 's' : 'j')}:{Base64(subject)}:{eventId:N}:{Base64(place)}:";

    private static string Base64(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static byte[] Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> purpose)
    {
        var derived = new byte[KeySize];
        HKDF.Expand(HashAlgorithmName.SHA256, key, derived, purpose);
        return derived;
    }
}

/// <summary>For whom and where a text was encrypted.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="EventId">The event.</param>
/// <param name="Pointer">The JSON pointer in its payload.</param>
internal sealed record EncryptedPlace(string Subject, Guid EventId, string Pointer);
