using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ledger.Interop;

/// <summary>Signatures of Standard Webhooks: HMAC-SHA256 of the id, the time and the body of a request.</summary>
/// <remarks>
/// Of standard-webhooks/standard-webhooks, <c>spec/standard-webhooks.md</c>: the header <c>webhook-signature</c> has one or more of <c>v1,{base64}</c>, separated by spaces, of
/// <c>{webhook-id}.{webhook-timestamp}.{body}</c>. Secrets are 24 to 64 bytes in base64, after <c>whsec_</c>. Immutable; safe for concurrent use.
/// </remarks>
public sealed class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int MinBytes = 24;
    private const int MaxBytes = 64;

    private readonly IReadOnlyList<byte[]> _keys;

    /// <summary>Signs with each of some secrets, so that one can be replaced while receivers know the other; any of them is accepted.</summary>
    /// <param name="secrets">The secrets, such as <c>whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw</c>.</param>
    /// <exception cref="ArgumentException">There are none, or one is not a secret; the message does not repeat it.</exception>
    public WebhookSignature(params IReadOnlyList<string> secrets)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        _keys = secrets.Count > 0 ? [.. secrets.Select(KeyOf)] : throw new ArgumentException("There must be at least one secret.", nameof(secrets));
    }

    /// <summary>The value of the header <c>webhook-signature</c>.</summary>
    /// <param name="id">The value of <c>webhook-id</c>: the same for each attempt.</param>
    /// <param name="time">The time of the attempt; <c>webhook-timestamp</c> has its seconds since 1970.</param>
    /// <param name="body">The bytes of the body as they are sent.</param>
    public string Sign(string id, DateTimeOffset time, ReadOnlySpan<byte> body)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        var signed = Signed(id, time.ToUnixTimeSeconds(), body);
        return string.Join(' ', _keys.Select(key => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}"));
    }

    /// <summary>Whether a request was signed with one of the secrets, not long ago; for receivers.</summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>.</param>
    /// <param name="signature">The header <c>webhook-signature</c>.</param>
    /// <param name="body">The bytes of the body as they came.</param>
    /// <param name="now">The time.</param>
    /// <param name="tolerance">How far the clocks may be apart, and how old a request may be. Default: 5 minutes.</param>
    public bool IsValid(string? id, string? timestamp, string? signature, ReadOnlySpan<byte> body, DateTimeOffset now, TimeSpan? tolerance = null)
    {
        if (string.IsNullOrEmpty(id) || signature is null || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return false;
        }

        var distance = Math.Abs((decimal)now.ToUnixTimeSeconds() - seconds);
        if (distance > (decimal)(tolerance ?? TimeSpan.FromMinutes(5)).TotalSeconds)
        {
            return false;
        }

        var signed = Signed(id, seconds, body);
        var isValid = false;
        foreach (var given in signature.Split(' ').Where(s => s.StartsWith("v1,", StringComparison.Ordinal)).Select(s => Encoding.ASCII.GetBytes(s[3..])))
        {
            foreach (var key in _keys)
            {
                isValid |= CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(Convert.ToBase64String(HMACSHA256.HashData(key, signed))));
            }
        }

        return isValid;
    }

    private static byte[] Signed(string id, long seconds, ReadOnlySpan<byte> body) =>
        [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.")), .. body];

    private static byte[] KeyOf(string secret)
    {
        var text = secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : secret;
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text, key, out var length) && length is >= MinBytes and <= MaxBytes
            ? key[..length]
            : throw new ArgumentException($"A secret must be {MinBytes} to {MaxBytes} bytes in base64, after '{Prefix}'.", nameof(secret));
    }
}
